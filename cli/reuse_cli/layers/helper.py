"""`python -m reuse_cli.layers.helper FOLDER` puts the helper into a layer's `python/` folder."""

import sys
from pathlib import Path

from reuse_cli.layers.packages import copy


def put_helper(folder: Path) -> None:
    """Copy the helper to where a layer's Python modules lie."""
    folder.mkdir(parents=True, exist_ok=True)
    copy("lambda_reuse", folder / "lambda_reuse")


if __name__ == "__main__":
    put_helper(Path(sys.argv[1]))
