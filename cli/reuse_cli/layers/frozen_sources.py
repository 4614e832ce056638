"""`python -m reuse_cli.layers.frozen_sources FOLDER` gathers what is frozen into the executable.

The extension, and the one file of the helper that both sides of the page read.
"""

import shutil
import sys
from pathlib import Path

from reuse_cli.layers.packages import copy, folder_of


def gather(folder: Path) -> None:
    """Copy the sources into the folder, in place of what is there."""
    copy("reuse_extension", folder / "reuse_extension")
    shared = folder / "lambda_reuse"
    shared.mkdir(exist_ok=True)
    shutil.copy2(folder_of("lambda_reuse") / "page_format.py", shared)


if __name__ == "__main__":
    gather(Path(sys.argv[1]))
