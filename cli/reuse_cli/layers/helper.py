"""`python -m reuse_cli.layers.helper FOLDER` puts the helper into a layer's `python/` folder.

python/lambda_reuse/            the helper
python/lambda_reuse_start.py    starts the observers, from
python/lambda-reuse.pth         which the managed runtimes read, or from
lambda-reuse-wrapper            which is named where they do not
"""

import shutil
import sys
from pathlib import Path

from reuse_cli.layers.packages import copy

FOR_DEVELOPMENT = ("signatures.pyi", "py.typed", "pytest_plugin.py")
"""What type checkers and pytest read where the package is installed."""


def put_helper(folder: Path) -> None:
    """Copy the helper to where a layer's Python modules lie."""
    folder.mkdir(parents=True, exist_ok=True)
    copy("lambda_reuse", folder / "lambda_reuse")
    auto = folder / "lambda_reuse" / "auto"
    for name in FOR_DEVELOPMENT:
        (folder / "lambda_reuse" / name).unlink()
    shutil.move(auto / "start.py", folder / "lambda_reuse_start.py")
    shutil.move(auto / "wrapper.sh", folder.parent / "lambda-reuse-wrapper")
    (folder.parent / "lambda-reuse-wrapper").chmod(0o755)
    (folder / "lambda-reuse.pth").write_text("import lambda_reuse_start\n")


if __name__ == "__main__":
    put_helper(Path(sys.argv[1]))
