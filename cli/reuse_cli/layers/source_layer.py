"""A layer folder made of the sources as they are installed, for Python functions.

    extensions/lambda-reuse     starts the extension with the function's own python3
    lambda-reuse/               the extension's sources
    python/lambda_reuse/        the helper, which the function imports

`python -m reuse_cli.layers.source_layer FOLDER` makes one. The layer that serves every runtime is
built by `layer_build.sh`.
"""

import shutil
import sys
from pathlib import Path

from reuse_cli.layers.frozen_sources import gather
from reuse_cli.layers.helper import put_helper
from reuse_cli.layers.packages import folder_of


def assemble(folder: Path) -> Path:
    """Make the layer folder, replacing what is there; the folder."""
    shutil.rmtree(folder, ignore_errors=True)
    sources = folder / "lambda-reuse"
    sources.mkdir(parents=True)
    gather(sources)
    shutil.move(sources / "reuse_extension" / "__main__.py", sources / "__main__.py")
    put_helper(folder / "python")
    launcher = folder / "extensions" / "lambda-reuse"
    launcher.parent.mkdir()
    shutil.copyfile(folder_of("reuse_extension") / "runtime" / "launcher.sh", launcher)
    launcher.chmod(0o755)
    return folder


if __name__ == "__main__":
    assemble(Path(sys.argv[1]))
