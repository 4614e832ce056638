"""Looks for a library's observer when the library is imported; imports no library itself.

A finder at the head of `sys.meta_path` asks the finders behind it for a module's spec, and gives
that spec a class with a property: importlib notes in `_initializing` when it begins and ends to
execute a module. When it ends, the spec gets its own class back, and the observer is called. The
loader is not touched, and no frame of this file is on the stack while a module is executed, so a
failed import looks as it always looked.
"""

import sys

from . import state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any

OBSERVERS = {
    "aiohttp": "aiohttp",
    "aiobotocore.client": "aws",
    "anyio._backends._asyncio": "executors",
    "asyncio.base_events": "executors",
    "aws_lambda_powertools.utilities.parameters": "powertools",
    "aws_secretsmanager_caching": "secrets",
    "awslambdaric.bootstrap": "client",
    "boto3": "aws",
    "concurrent.futures.thread": "executors",
    "botocore.client": "aws",
    "botocore.endpoint": "aws",
    "botocore.loaders": "aws",
    "botocore.session": "aws",
    "botocore.signers": "aws",
    "cachetools": "caches",
    "functools": "caches",
    "sys": "sampler",
    "time": "imports",
    "http.client": "http",
    "multiprocessing.pool": "executors",
    "httpcore": "httpx",
    "httpcore2": "httpx",
    "httpx": "httpx",
    "httpx2": "httpx",
    "psycopg": "psycopg",
    "psycopg2": "psycopg2",
    "psycopg_pool": "psycopg",
    "pymongo": "pymongo",
    "pymysql": "pymysql",
    "redis": "redis",
    "s3transfer.manager": "s3_transfers",
    "sqlalchemy": "sqlalchemy",
    "sqlite3": "sqlite",
    "ssl": "tls",
    "trio._core._thread_cache": "executors",
    "urllib3": "urllib3",
}
"""Module of a library -> the file here that observes it, by `observe(module)`."""
EVERYWHERE = ("caches", "client", "imports", "sampler")
"""Observers of what every function has. With any other, threads are observed, too."""


class Finder:
    """The entry in `sys.meta_path`."""

    def __init__(self) -> None:
        self._times_imports = state.is_on("imports")

    def find_spec(self, name: str, path: "Any" = None, target: "Any" = None) -> "Any":
        """The spec that the other finders give, watched where the module is one of OBSERVERS."""
        is_observed = name in OBSERVERS and state.is_on(OBSERVERS[name])
        if not is_observed and not self._times_imports:
            return None
        for finder in list(sys.meta_path):
            find = getattr(finder, "find_spec", None)
            if finder is self or find is None:
                continue
            spec = find(name, path, target)
            if spec is not None:
                if type(spec) is type(sys.__spec__):
                    spec.__class__ = ModuleSpec
                return spec
        return None


def activate() -> None:
    """Begin to observe: what is imported from now on, and what is there already."""
    if not state.is_active() or any(isinstance(finder, Finder) for finder in sys.meta_path):
        return
    sys.meta_path.insert(0, Finder())
    for name in OBSERVERS:
        module = sys.modules.get(name)
        if module is not None and _is_complete(module):
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
    threading = sys.modules.get("threading")
    if observer not in EVERYWHERE and threading is not None and _is_complete(threading):
        _observe_threads(threading)


def _observe_threads(threading: "ModuleType") -> None:
    """See which line starts a thread, where there is a library that the thread may run."""
    if state.is_on("executors"):
        try:
            from . import executors

            executors.observe(threading)
        except Exception as error:
            state.switch_off("executors", error)


def _is_complete(module: "ModuleType") -> bool:
    """Whether a module is neither being imported nor lazy. Asking a lazy one would load it."""
    if type(module).__getattribute__ is not type(sys).__getattribute__:
        return False
    return not getattr(module.__dict__.get("__spec__"), "_initializing", False)


class ModuleSpec(type(sys.__spec__)):  # type: ignore[misc]
    """A spec that sees when importlib is done with it. It is named as what it stands in for."""

    @property
    def _initializing(self) -> bool:
        return bool(self.__dict__.get("_initializing", False))

    @_initializing.setter
    def _initializing(self, value: bool) -> None:
        self.__dict__["_initializing"] = value
        if state.is_on("imports"):
            _time_import(self.name, sys._getframe(1), is_over=not value)
        if not value:
            self.__class__ = type(sys.__spec__)  # type: ignore[assignment]
            module = sys.modules.get(self.name) if self.name in OBSERVERS else None
            if module is not None and module.__dict__.get("__spec__") is self:
                observe(self.name, module)


def _time_import(name: str, frame: "FrameType", *, is_over: bool) -> None:
    imports: "Any" = sys.modules.get(f"{__package__}.imports")
    if imports is None or not _is_complete(imports):
        return
    try:
        if is_over:
            imports.ends(name)
        else:
            imports.begins(name, frame)
    except Exception as error:
        state.switch_off("imports", error)
