"""Questions about reuse on the command line: sources -> analysis -> formats.

`sources` are where records come from, `analysis` makes statistics of them, `formats` shows these,
`commands` are the questions that can be asked, and `local` runs a function on this machine.
"""
