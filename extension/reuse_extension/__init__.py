"""The extension: what runs beside the function and reports how its container is reused.

`core` decides what happened and what it means, without touching the world; `wire` turns bytes into
messages and back; `config` reads the settings. Around them stand the parts that do touch it:
`lambda_api` asks the platform, `listener` hears its telemetry, `pages` reads the helper's counters,
`state_file` keeps what must survive a reset, `interpreter` hides what CPython and MicroPython do
differently, and `main` joins them all in one loop.
"""
