"""Shows that a cache by the monotonic clock serves old values where containers are frozen.

On Lambda that clock is reported to stand still while the container is frozen: a value that was to
be kept for half a second is kept for half a second of work, which may be hours.
"""

import asyncio
import shutil
import tempfile
from pathlib import Path

import cachetools
from reuse_cli.layers.source_layer import assemble
from reuse_sandbox import ConfigError, FunctionConfig, Sandbox

HERE = Path(__file__).parent
CALLS = 5
PAUSE_S = 0.75


async def values(layer: Path, data: Path, frozen_clock: bool) -> list[dict[str, int]]:
    """What the function has at each of a few calls: which fetch of the value it was."""
    function = FunctionConfig(HERE, "app.handler")
    served = []
    async with Sandbox(function, layer=layer, data=data, frozen_clock=frozen_clock) as sandbox:
        for _ in range(CALLS):
            served.append((await sandbox.invoke()).value)
            await asyncio.sleep(PAUSE_S)
    return served


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        layer = assemble(Path(folder) / "opt")
        shutil.copytree(Path(cachetools.__file__).parent, layer / "python" / "cachetools")
        clocks = {"the machine's clock": False, "--frozen-clock": True}
        runs = await asyncio.gather(
            *(values(layer, Path(folder) / name, frozen) for name, frozen in clocks.items())
        )
    for name, served in zip(clocks, runs, strict=True):
        for cache in served[0]:
            numbers = "  ".join(str(value[cache]) for value in served)
            print(f"{name:<21}{cache:<11}{numbers}")


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except ConfigError as error:
        raise SystemExit(str(error)) from None
