"""Whether invocations use what init has imported: by the functions that name it, and run.

A module's names are those that the function's own modules have for it and for what it gave them.
Used by init, and so needed, is what the code of a module or of a class reads; used by an invocation
is what a function reads that runs in one. Python 3.12 and later can tell that a function runs, by
one event for each function and process; before, and with several threads or another tool, a
function that reads a name counts as one that runs. Where it is not known, a module counts as used.
"""

import sys

from . import sampler, sites, state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import CodeType, ModuleType
    from typing import Any, Optional

NAME = "imports"
TOOL = 3
"""No tool that Python's documentation names has this number."""
CO_OPTIMIZED = 0x01
"""What functions have, and code of modules and classes has not."""
READ = ("LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS")
"""The operations that read a name in code of modules and classes."""
PLAIN = (bool, bytes, dict, float, frozenset, int, list, set, str, tuple, type(None))

_awaited: "dict[CodeType, list[Any]]" = {}
"""Function that has not run yet -> the lines of imports that it would use."""


def follow(counted: "list[tuple[Any, Any]]") -> None:
    """Mark each of these (import, line of it) as used, now or when one of its functions runs."""
    own = {module.__name__: module for module in sites.own_modules()}
    codes = {name: _code_of(module) for name, module in own.items()}
    live = {_place(code): code for code in sampler.own_codes()}
    for one, line in counted:
        readers = _readers(one, own, codes) if one.is_outermost else None
        found = [live.get(_place(code)) for code in readers or ()]
        if readers is None or None in found or (found and not _can_wait()):
            line.used()
            continue
        for code in found:
            _awaited.setdefault(code, []).append(line)  # type: ignore[arg-type]  # none is None
    _wait()


def _readers(
    one: "Any", own: "dict[str, ModuleType]", codes: "dict[str, Any]"
) -> "Optional[list[CodeType]]":
    """The functions that read a name of this import; None where it is used in any case."""
    readers: "list[CodeType]" = []
    has_names = False
    top = one.name.partition(".")[0]
    for name, module in own.items():
        names = _names(module, top)
        if not names:
            continue
        has_names = True
        code = codes[name]
        if code is None or top in own:
            return None
        for inner in _within(code):
            if inner.co_flags & CO_OPTIMIZED:
                if names.intersection(inner.co_names):
                    readers.append(inner)
            elif names & _read_by(inner):
                return None
    return readers if has_names else None


def _names(module: "ModuleType", top: str) -> "set[str]":
    """What a module calls the package `top`, and what comes from there."""
    found = set()
    for name, value in list(vars(module).items()):
        if type(value) in PLAIN:
            continue
        origin = value.__name__ if type(value) is type(sys) else _origin(value)
        if str(origin).partition(".")[0] == top:
            found.add(name)
    return found


def _origin(value: "Any") -> "Any":
    """The module that a class, a function or an object comes from, without asking the object."""
    is_made = isinstance(value, type) or type(value).__name__.endswith("function_or_method")
    if is_made or type(value).__name__ == "function":
        return getattr(value, "__module__", "")
    return type(value).__module__


def _code_of(module: "ModuleType") -> "Any":
    """The whole code of a module, which its loader has; None where it has not."""
    loader = getattr(vars(module).get("__spec__"), "loader", None)
    try:
        return loader.get_code(module.__spec__.name)  # type: ignore[union-attr]
    except Exception:
        return None


def _within(code: "CodeType") -> "Iterable[CodeType]":
    """A code and all those within it."""
    yield code
    for constant in code.co_consts:
        if hasattr(constant, "co_consts"):
            yield from _within(constant)


def _read_by(code: "CodeType") -> "set[str]":
    """The names that the code of a module or class reads: most of its names it only binds."""
    from opcode import opmap

    extended = opmap["EXTENDED_ARG"]
    readers = {opmap[name] for name in READ if name in opmap}
    found, high = set(), 0
    for at in range(0, len(code.co_code), 2):
        operation, low = code.co_code[at], code.co_code[at + 1]
        argument = high << 8 | low
        high = argument if operation == extended else 0
        if operation in readers and argument < len(code.co_names):
            found.add(code.co_names[argument])
    return found


def _place(code: "CodeType") -> "tuple[str, int, str]":
    return code.co_filename, code.co_firstlineno, sites.name_of(code)


def _can_wait() -> bool:
    """Whether this Python reports which functions run, and no other tool uses that."""
    monitoring = getattr(sys, "monitoring", None)
    if monitoring is None or sys.gettrace() is not None or sys.getprofile() is not None:
        return False
    tools = {monitoring.get_tool(tool) for tool in range(6)} - {
        None,
        sampler.IMPORTS,
        sampler.TITLE,
    }
    return not tools and len(sys._current_frames()) == 1


def _wait() -> None:
    if not _awaited:
        return
    monitoring: "Any" = getattr(sys, "monitoring")  # noqa: B009  (older Pythons have none)
    monitoring.use_tool_id(TOOL, sampler.IMPORTS)
    monitoring.register_callback(TOOL, monitoring.events.PY_START, _runs)
    for code in _awaited:
        monitoring.set_local_events(TOOL, code, monitoring.events.PY_START)


def _runs(code: "CodeType", _offset: int) -> "Any":
    try:
        for line in _awaited.get(code, ()):
            line.used()
    except Exception as error:
        state.switch_off(NAME, error)
    return getattr(sys, "monitoring").DISABLE  # noqa: B009  (older Pythons have none)
