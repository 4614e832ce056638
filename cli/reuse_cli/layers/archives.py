"""The layer's zips: those that were built here, or those that came with the installed package.

A release puts them into `archives/` beside this file, so that `pip install` brings them along.
"""

from pathlib import Path

from reuse_cli.layers.plan import ARCHITECTURES

BUILT = Path("dist")
PACKAGED = Path(__file__).parent / "archives"


def find(folder: Path | None = None) -> dict[str, Path]:
    """The zips by architecture: in `folder`, else in `dist`, else in the package."""
    for place in [folder] if folder else [BUILT, PACKAGED]:
        zips = {name: place / f"lambda-reuse-layer-{name}.zip" for name in ARCHITECTURES}
        found = {name: path for name, path in zips.items() if path.is_file()}
        if found:
            return found
    return {}
