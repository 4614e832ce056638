"""Starts a Python function the way Lambda's managed Python runtimes do, then AWS's runtime client.

Lambda runs `/var/lang/bin/python3.x /var/runtime/bootstrap.py`. What that file does to the module
search path is what layers rely on, so it is done here too, with the layer's folder for /opt:

* without PYTHONPATH, the layer's `python/lib/python3.x/site-packages` and `python/` come first, and
  their `.pth` files are read (a line that begins with `import` is run);
* with PYTHONPATH, which is then Python's own business, the layer's folders are left out;
* in every case the function's folder comes before all others, and its `.pth` files are read.

A managed runtime has boto3, the runtime client, and what these two need. The interpreter is started
without its site-packages (`-S`), and these packages alone are found there, after everything else.

Usage: python -S bootstrap.py. The handler is in _HANDLER, the layer's folder and the folders of the
packages are in LAYER and PACKAGES, which the function does not see. Any Python that AWS's runtime
client supports runs this file.
"""

import importlib
import os
import site
import sys
from collections.abc import Iterable, Mapping
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any

LAYER = "_LAMBDA_SANDBOX_LAYER"
PACKAGES = "_LAMBDA_SANDBOX_PACKAGES"
HOME = "/home/sbx_user1051"  # the home of Lambda's user, which does not exist there either

# Top-level names of boto3, the runtime client, and all that these two depend on.
MANAGED = frozenset(
    {
        *("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3"),
        *("awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py"),
    }
)
DISTRIBUTIONS = MANAGED - {"dateutil", "runtime_client"} | {"python_dateutil"}


class ManagedPackages:
    """Finds the packages of the managed runtime, and nothing else that lies in their folders."""

    def __init__(self, folders: "list[str]") -> None:
        self._folders = folders

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> "ModuleSpec | None":
        """The import system's question; submodules are found through their package."""
        if path is not None or name not in MANAGED:
            return None
        return PathFinder.find_spec(name, self._folders, target)

    def find_distributions(self, context: Any) -> "Iterable[Any]":
        """The question of `importlib.metadata`, such as for boto3's version."""
        from importlib.metadata import DistributionFinder, MetadataPathFinder

        wanted = DistributionFinder.Context(name=context.name, path=self._folders)
        for found in MetadataPathFinder.find_distributions(wanted):
            if (found.metadata["Name"] or "").lower().replace("-", "_") in DISTRIBUTIONS:
                yield found

    def invalidate_caches(self) -> None:
        """Part of the import system's protocol; `PathFinder` keeps the caches."""


def search_paths(task_root: str, layer: str, environ: "Mapping[str, str]") -> "list[str]":
    """The folders to put first, in order."""
    paths = [task_root]
    if layer and not environ.get("PYTHONPATH"):
        version = "python{}.{}".format(*sys.version_info[:2])
        python = os.path.join(layer, "python")
        paths += [os.path.join(python, "lib", version, "site-packages"), python]
    return paths


def set_up_site() -> None:
    """What `site` does in a managed runtime, and `-S` leaves out."""
    site.setquit()
    site.setcopyright()
    site.sethelper()
    if os.environ.get("PYTHONPATH"):  # where the wrappers of some layers put a sitecustomize
        site.execsitecustomize()


def move_home() -> None:
    """Let `~` be the folder that it is on Lambda: this user's ~/.aws is none of the function's."""
    import pwd

    own, real = os.getuid(), pwd.getpwuid

    def getpwuid(uid: int, /) -> pwd.struct_passwd:
        entry = real(uid)
        if uid != own:
            return entry
        fields = list(entry)
        fields[5] = HOME
        return pwd.struct_passwd(fields)

    pwd.getpwuid = getpwuid


def provide_runtime_client() -> None:
    """The compiled module is there for one version of Python; others get one that is not."""
    try:
        importlib.import_module("runtime_client")
    except ImportError:
        sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
        try:
            sys.modules["runtime_client"] = importlib.import_module("plain_client")
        finally:
            del sys.path[0]


def main() -> None:
    """Arranges the search path and becomes the runtime client."""
    layer, packages = os.environ.pop(LAYER, ""), os.environ.pop(PACKAGES, "")
    paths = search_paths(os.environ["LAMBDA_TASK_ROOT"], layer, os.environ)
    del sys.path[0]  # this file's folder
    set_up_site()
    sys.path[0:0] = paths
    for path in paths:
        if os.path.isdir(path):
            site.addsitedir(path)
    sys.meta_path.append(ManagedPackages(packages.split(os.pathsep)))
    move_home()
    provide_runtime_client()
    from awslambdaric.__main__ import main as run_client

    run_client(["awslambdaric", os.environ["_HANDLER"]])


if __name__ == "__main__":
    main()
