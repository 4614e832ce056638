"""A layer folder made of the sources as they are installed, for Python functions.

    extensions/lambda-reuse     starts the extension with the function's own python3
    lambda-reuse/               the extension's sources
    python/lambda_reuse/        the helper, which the function imports

`python -m reuse_cli.local.source_layer FOLDER` makes one. The layer that serves every runtime is
built by `layer_build.sh`.
"""

import importlib.util
import shutil
import sys
from pathlib import Path

NOT_SOURCES = shutil.ignore_patterns("__pycache__", "*.pyc", "runtime")


def assemble(folder: Path) -> Path:
    """Make the layer folder, replacing what is there; the folder."""
    extension, helper = _package("reuse_extension"), _package("lambda_reuse")
    shutil.rmtree(folder, ignore_errors=True)
    sources = folder / "lambda-reuse"
    shutil.copytree(extension, sources / "reuse_extension", ignore=NOT_SOURCES)
    shutil.move(sources / "reuse_extension" / "__main__.py", sources / "__main__.py")
    # The one file that both sides of the page read; the rest of the helper is the function's.
    (sources / "lambda_reuse").mkdir()
    shutil.copy(helper / "page_format.py", sources / "lambda_reuse")
    shutil.copytree(helper, folder / "python" / "lambda_reuse", ignore=NOT_SOURCES)
    launcher = folder / "extensions" / "lambda-reuse"
    launcher.parent.mkdir()
    shutil.copyfile(extension / "runtime" / "launcher.sh", launcher)
    launcher.chmod(0o755)
    return folder


def _package(name: str) -> Path:
    """The folder of an installed package, found without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"the package {name} is not installed")
    return Path(spec.origin).parent


if __name__ == "__main__":
    assemble(Path(sys.argv[1]))
