"""What the layer's `.pth` and wrapper run: waits, at next to no cost, for something to observe.

In the layer this file lies beside the package, as `lambda_reuse_start.py`: the package itself is
loaded when the runtime client or a library that can be observed is imported. As a program,
`lambda_reuse_start.py SCRIPT ...` runs a script as Python would.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LIBRARIES = frozenset(
    (
        "aiohttp",
        "aws_lambda_powertools",
        "aws_secretsmanager_caching",
        "awslambdaric",
        "boto3",
        "botocore",
        "cachetools",
        "httpx",
        "httpx2",
        "psycopg",
        "psycopg2",
        "pymongo",
        "pymysql",
        "redis",
        "sqlalchemy",
        "urllib3",
    )
)
HERE = os.path.dirname(os.path.abspath(__file__))
is_light = False
"""Whether the helper is loaded for the observers alone: the function may never ask for the rest."""


class Waiter:
    """An entry in `sys.meta_path` that makes room for the real one."""

    def __init__(self) -> None:
        self.waits = True

    def find_spec(self, name: str, _path: "Any" = None, _target: "Any" = None) -> "Any":
        """None but for the helper, which PYTHONPATH may hide; begins where there is a library."""
        if self.waits and name in LIBRARIES:
            self.waits = False
            sys.meta_path.remove(self)
            sys.meta_path.append(self)  # from here on for what no other finder has found
            _begin()
        elif not self.waits and name == "lambda_reuse":
            from importlib.machinery import PathFinder

            return PathFinder.find_spec(name, [HERE])
        return None


def _begin() -> None:
    global is_light
    try:
        is_light = True
        import lambda_reuse.auto  # noqa: F401
    except Exception:
        pass  # the function does not need it
    finally:
        is_light = False


def start() -> None:
    """Wait for what can be observed, unless that is switched off."""
    if os.environ.get("LAMBDA_REUSE_AUTO", "").strip().lower() not in ("off", "0", "false"):
        sys.meta_path.insert(0, Waiter())


def run(arguments: "list[str]") -> None:
    """Run the script that the arguments name, in place of this one."""
    script = arguments[0]
    sys.modules["lambda_reuse_start"] = sys.modules["__main__"]
    sys.argv[:] = arguments
    if not getattr(sys.flags, "safe_path", False):
        sys.path[0] = os.path.dirname(os.path.abspath(script))
    start()
    main = type(sys)("__main__")
    main.__file__ = script
    main.__dict__["__builtins__"] = __builtins__
    sys.modules["__main__"] = main
    with open(script, "rb") as file:
        code = compile(file.read(), script, "exec")
    exec(code, main.__dict__)  # as Python runs a script


if __name__ == "__main__":
    run(sys.argv[1:])
elif __name__ == "lambda_reuse_start":
    start()
