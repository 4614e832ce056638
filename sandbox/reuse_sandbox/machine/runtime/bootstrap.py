"""Starts a Python function the way Lambda's managed Python runtimes do, then AWS's runtime client.

Lambda runs `/var/lang/bin/python3.x /var/runtime/bootstrap.py`. What that file does to the module
search path is what layers rely on, so it is done here too, with the layer's folder for /opt:

* without PYTHONPATH, the layer's `python/lib/python3.x/site-packages` and `python/` come first, and
  their `.pth` files are read (a line that begins with `import` is run);
* with PYTHONPATH, which is then Python's own business, the layer's folders are left out;
* in every case the function's folder comes before all others, and its `.pth` files are read.

Usage: bootstrap.py HANDLER [LAYER]. Any Python that AWS's runtime client supports runs this file.
"""

import os
import site
import sys
from collections.abc import Mapping


def search_paths(task_root: str, layer: str, environ: Mapping[str, str]) -> list[str]:
    """The folders to put first, in order."""
    paths = [task_root]
    if layer and not environ.get("PYTHONPATH"):
        version = "python{}.{}".format(*sys.version_info[:2])
        python = os.path.join(layer, "python")
        paths += [os.path.join(python, "lib", version, "site-packages"), python]
    return paths


def main(arguments: list[str]) -> None:
    """Arranges the search path and becomes the runtime client."""
    handler = arguments[1]
    layer = arguments[2] if len(arguments) > 2 else ""
    paths = search_paths(os.environ["LAMBDA_TASK_ROOT"], layer, os.environ)
    sys.path[0:1] = paths  # the first one was this file's folder
    for path in paths:
        if os.path.isdir(path):
            site.addsitedir(path)
    from awslambdaric.__main__ import main as run_client

    run_client(["awslambdaric", handler])


if __name__ == "__main__":
    main(sys.argv)
