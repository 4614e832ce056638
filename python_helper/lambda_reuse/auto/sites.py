"""The user's line: the innermost frame in the function's own code that led to a build.

The function's own code is what lies in the task root, but for the packages installed there: zip
functions carry their dependencies beside their own modules, or in a folder such as `vendor`. Those
are known by their `dist-info`; where a layer or a build tool has removed it, by being a library
that is observed here. Layers lie outside the task root.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType, ModuleType
    from typing import Any, Optional


LIBRARIES = frozenset(
    (
        "aioboto3",
        "aiobotocore",
        "aiohttp",
        "anyio",
        "asyncpg",
        "aws_lambda_powertools",
        "aws_secretsmanager_caching",
        "aws_xray_sdk",
        "awslambdaric",
        "boto3",
        "botocore",
        "cachetools",
        "certifi",
        "charset_normalizer",
        "dateutil",
        "h11",
        "h2",
        "httpcore",
        "httpcore2",
        "httpx",
        "httpx2",
        "idna",
        "jmespath",
        "lambda_reuse",
        "psycopg",
        "psycopg2",
        "psycopg_pool",
        "pymongo",
        "pymysql",
        "redis",
        "requests",
        "s3transfer",
        "six",
        "sniffio",
        "sqlalchemy",
        "typing_extensions",
        "urllib3",
        "wrapt",
    )
)
"""Top-level names that are libraries wherever they lie, and whatever became of their dist-info."""
HELPER = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
RESOURCE = ""
RESOURCE_FILES = ("async_resource.py", "files.py", "sync_resource.py")
"""What calls the functions of resources, and the `fetch` of files."""
_RESOURCE_MODULES = tuple("lambda_reuse." + name[:-3] for name in RESOURCE_FILES)
INSTALLED = ("site-packages", "dist-packages", "node_modules")
MAX_DEPTH = 200
"""Frames looked at: deeper recursion than that is not worth the time."""

MAX_SITES = 1024
"""Places in the code of lines that are remembered."""

submitter: "Any" = None
"""Which line has submitted what a frame of a thread runs; see `executors`."""

_files: "dict[str, Optional[str]]" = {}
_sites: "dict[tuple[int, int], tuple[CodeType, tuple[str, str]]]" = {}
_installed: "dict[str, frozenset[str]]" = {}
"""Folder -> the top-level names of the distributions that are installed there."""
_root: "Optional[str]" = None


def find(frame: "Optional[FrameType]") -> "Optional[tuple[str, str]]":
    """(`app.py:12`, `handler`) of the innermost frame of the user's; None where there is none.

    None, too, within the function of a `@resource`: the resource counts what it builds. Where the
    function has no resources the frames above the user's are not looked at.
    """
    found: "Optional[FrameType]" = None
    inner = frame
    known = _files
    for _ in range(MAX_DEPTH):
        if frame is None:
            break
        name = frame.f_code.co_filename
        file = known[name] if name in known else own_file(name)
        if file is not None:
            if not file:
                return None  # a RESOURCE
            if found is None:
                found = frame
                if not _has_resources():
                    break
        frame = frame.f_back
    if found is None:
        return None if submitter is None else _submitter(inner)
    return _site_of(found)


def _submitter(frame: "Optional[FrameType]") -> "Optional[tuple[str, str]]":
    """The line that gave a library's function to this thread."""
    for _ in range(MAX_DEPTH):
        if frame is None:
            break
        site: "Optional[tuple[str, str]]" = submitter(frame)
        if site is not None:
            return site
        frame = frame.f_back
    return None


def _has_resources() -> bool:
    modules = sys.modules
    for name in _RESOURCE_MODULES:  # noqa: SIM110 - `any` takes five times as long
        if name in modules:
            return True
    return False


def _site_of(frame: "FrameType") -> "tuple[str, str]":
    code, at = frame.f_code, frame.f_lasti  # the number of a line is looked up in a table
    known = _sites.get((id(code), at))  # a code's own hash goes through all of it
    if known is not None and known[0] is code:
        return known[1]
    site = (f"{_file_of(code)}:{frame.f_lineno}", name_of(code))
    if len(_sites) < MAX_SITES:
        _sites[id(code), at] = (code, site)
    return site


def is_through(frame: "Optional[FrameType]", modules: "tuple[str, ...]") -> bool:
    """Whether a library of these lies between this frame and the user's line."""
    for _ in range(MAX_DEPTH):
        if frame is None or _file_of(frame.f_code):
            return False
        if str(frame.f_globals.get("__name__", "")).partition(".")[0] in modules:
            return True
        frame = frame.f_back
    return False


def is_own(frame: "FrameType") -> bool:
    """Whether this frame runs the function's own code."""
    return bool(_file_of(frame.f_code))


def _file_of(code: "CodeType") -> "Optional[str]":
    return own_file(code.co_filename)


def name_of(code: "CodeType") -> str:
    """A function's name as people write it: `Orders.handle`."""
    return getattr(code, "co_qualname", code.co_name).replace(".<locals>", "")


def own_file(path: str) -> "Optional[str]":
    """The path relative to the task root where the file is the function's own, else None.

    RESOURCE for the files of the helper that call the function of a `@resource`.
    """
    try:
        return _files[path]
    except KeyError:
        file = _files[path] = _own_file(path)
        return file


def _own_file(path: str) -> "Optional[str]":
    if path.startswith(HELPER) and path[len(HELPER) :] in RESOURCE_FILES:
        return RESOURCE
    root = task_root()
    inside = _relative(path, root)
    if inside is None or inside.startswith("<"):
        return None
    parts = inside.split(os.sep)
    if any(part in INSTALLED or part.startswith((".", "venv")) for part in parts[:-1]):
        return None
    return None if _is_installed(root, parts) else inside


def _is_installed(root: str, parts: "list[str]") -> bool:
    """Whether this is a distribution's: in the task root or a folder of it in `sys.path`."""
    for at, part in enumerate(parts):
        inside = os.sep.join(parts[:at])
        folder = os.path.join(root, inside) if inside else root
        if not inside or folder in sys.path or inside in sys.path:
            name = part.removesuffix(".py")
            if name in LIBRARIES or name in _packages(folder):
                return True
    return False


def task_root() -> str:
    """Where the function's code lies; the working directory outside Lambda.

    It is asked for once: a handler may change its environment.
    """
    global _root
    if _root is None:
        _root = os.environ.get("LAMBDA_TASK_ROOT") or os.getcwd()
    return _root


def own_modules() -> "list[ModuleType]":
    """The modules of the function's own code that are loaded."""
    modules = []
    for module in list(sys.modules.values()):
        try:  # not by the module's own look-up, which would load a lazy one
            path = object.__getattribute__(module, "__dict__").get("__file__")
        except AttributeError:
            continue
        if isinstance(path, str) and own_file(path):
            modules.append(module)
    return modules


def _relative(path: str, root: str) -> "Optional[str]":
    if not os.path.isabs(path):
        return path if os.path.exists(os.path.join(root, path)) else None
    for base in (root, os.path.realpath(root)):
        if path.startswith(os.path.join(base, "")):
            return path[len(os.path.join(base, "")) :]
    return None


def _packages(folder: str) -> "frozenset[str]":
    """The top-level names of the distributions that are installed in this folder."""
    if folder not in _installed:
        names: "set[str]" = set()
        try:
            for entry in os.listdir(folder):
                if entry.endswith((".dist-info", ".egg-info")):
                    names |= _names_in(os.path.join(folder, entry))
        except OSError:
            pass
        _installed[folder] = frozenset(names)
    return _installed[folder]


def _names_in(info: str) -> "set[str]":
    top_level = os.path.join(info, "top_level.txt")
    try:
        with open(top_level, encoding="utf-8") as file:
            return {line.strip() for line in file if line.strip()}
    except (OSError, ValueError):
        pass
    try:
        with open(os.path.join(info, "RECORD"), encoding="utf-8") as file:
            tops = {line.split(",")[0].split("/")[0] for line in file}
    except (OSError, ValueError):
        return set()
    return {top.removesuffix(".py") for top in tops if not top.startswith("..")}


def forget() -> None:
    """The task root may be another one."""
    global _root
    _root = None
    _installed.clear()
    _files.clear()
    _sites.clear()
