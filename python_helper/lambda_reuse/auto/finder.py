"""Looks for a library's observer when the library is imported; imports no library itself.

A finder at the head of `sys.meta_path` asks the finders behind it for a module's loader and shadows
`exec_module` on that one loader object. When the module is executed the shadow is taken off first,
so that the library meets the loader it would have met, and the observer is called after the module
is complete. importlib removes frames of its own from tracebacks of failed imports; the one frame of
this file that is on the stack then carries importlib's file name, so it goes with them.
"""

import sys

from . import state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Optional

OBSERVERS = {
    "aws_lambda_powertools.utilities.parameters": "powertools",
    "aws_secretsmanager_caching": "secrets",
    "awslambdaric.bootstrap": "client",
    "boto3": "aws",
    "botocore.endpoint": "aws",
    "botocore.history": "aws",
    "botocore.loaders": "aws",
    "botocore.session": "aws",
    "botocore.signers": "aws",
    "cachetools": "caches",
    "functools": "caches",
    "http.client": "http",
    "httpcore": "httpx",
    "httpx": "httpx",
    "psycopg": "psycopg",
    "psycopg2": "psycopg2",
    "pymongo": "pymongo",
    "pymysql": "pymysql",
    "redis": "redis",
    "sqlalchemy": "sqlalchemy",
    "ssl": "tls",
    "urllib3": "urllib3",
}
"""Module of a library -> the file here that observes it, by `observe(module)`."""

IMPORTLIB = "<frozen importlib._bootstrap_external>"


class Finder:
    """The entry in `sys.meta_path`."""

    def find_spec(self, name: str, path: "Any" = None, target: "Any" = None) -> "Any":
        """The spec that the other finders give, watched where the module is one of OBSERVERS."""
        if name not in OBSERVERS or not state.is_on(OBSERVERS[name]):
            return None
        for finder in list(sys.meta_path):
            find = getattr(finder, "find_spec", None)
            if finder is self or find is None:
                continue
            spec = find(name, path, target)
            if spec is not None:
                _shadow(spec.loader, name)
                return spec
        return None


def activate() -> None:
    """Begin to observe: what is imported from now on, and what is there already."""
    if not state.is_active() or any(isinstance(finder, Finder) for finder in sys.meta_path):
        return
    sys.meta_path.insert(0, Finder())
    for name in OBSERVERS:
        module = sys.modules.get(name)
        if module is not None and not _is_being_imported(module):
            observe(name, module)


def observe(name: str, module: "ModuleType") -> None:
    """Call the observer of a module that is complete."""
    observer = OBSERVERS[name]
    if not state.is_on(observer):
        return
    try:
        full_name = f"{__package__}.{observer}"
        __import__(full_name)
        sys.modules[full_name].observe(module)
    except Exception as error:
        state.switch_off(observer, error)


def _is_being_imported(module: "ModuleType") -> bool:
    return bool(getattr(getattr(module, "__spec__", None), "_initializing", False))


def _shadow(loader: "Any", name: str) -> None:
    if isinstance(loader, type) or not hasattr(loader, "exec_module"):
        return  # built-in and frozen modules share their loader, which is a class

    def exec_module(module: "Any") -> "Optional[Any]":
        if module.__name__ != name:
            return type(loader).exec_module(loader, module)  # a loader that several modules share
        loader.__dict__.pop("exec_module", None)
        result = loader.exec_module(module)
        observe(name, module)
        return result

    exec_module.__code__ = exec_module.__code__.replace(co_filename=IMPORTLIB)
    try:
        loader.exec_module = exec_module
    except AttributeError:
        pass  # a loader without room for it: this module is not observed
