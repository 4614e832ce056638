"""The page about the helper: its words here, its code from `examples/patterns`."""

from pathlib import Path

PATTERNS = Path(__file__).parents[1] / "examples" / "patterns"

INTRODUCTION = """# The helper: reuse, and count it

Made by `make docs`; every example is a file of [`examples/patterns`](../examples/patterns), which the
tests run in the sandbox, where they compare what the records tell with what was done.

`from lambda_reuse import resource, preload, phase, tmp_file, watch, container` costs about 2 ms in init
and imports nothing that is slow to import. A hit costs about a tenth of a microsecond
([figures](overhead.md)). Without the layer everything works the same, only nobody reads the counts.
Values, arguments and keys never leave the process: what the layer reads are names, counts and times.
"""

SECTIONS = {
    "clients": """## Clients

`@resource` makes of a function one whose value is built once per process and then handed out: by the
first call, or at once with `eager=True`. It is called as before, and `cache_info()`, `cache_clear()`,
`peek()` and `refresh()` are there as well. Threads that come at the same time wait for one build. An
error of the function passes unchanged, and the next call tries again. `None` is a value like any
other; a function that needs itself is refused with a clear error.

`container` tells the function about its container: `id`, `age` in seconds, `invocation` (1 for the
first), `cold`, `init_type`.
""",
    "parameters": """## Parameters, tokens, secrets

A function with parameters keeps a value for each key, 128 unless `max_keys` says otherwise; the least
recently used goes first, and `close=` is called with what goes. `max_age` is wall time, so a value
also grows old while the container is frozen. With `stale_while_error` the old value serves on when a
new one cannot be had. With `retry_after` a failed build is remembered: its error is raised again,
without another attempt, until so many seconds have passed.
""",
    "connections": """## Connections

`check=` is asked before a value is used (with `check_every=`, at most so often); what it says no to,
or raises at, is replaced, closed by `close=`, and counted as `invalid`. A check that hangs hangs the
call, so give it a timeout of its own.
""",
    "warmed": """## Warmed in init

`preload` builds in parallel threads, with one limit for all of them, and gives back the names of those
that are not ready. One that fails stops nobody; its first use tries again. `phase` names a stretch of
the init; both are told in the init record, with when they began and how long they took.
""",
    "files": """## Files in /tmp

`tmp_file` gives the path of a file that is fetched once per container, by one of its processes, and
is seen whole or not at all. `max_age` in seconds; `max_bytes` over all such files, the oldest go
first; `size` and `sha256` say what it must be.
""",
    "awaited": """## Async

An `async def` is awaited and has one value a running loop, because clients belong to their loop;
another loop builds its own, counted as `loop_changed`. Tasks that come at the same time wait for one
build.
""",
    "watched": """## Caches that are there already

`watch` counts what functools, cachetools (`info=True`) and async_lru caches, SQLAlchemy and psycopg
pools and urllib3 pools do, at the end of every invocation, and changes nothing in them.
""",
    "wrong": """## What not to do

A resource that is defined in the handler is another one in every invocation. Its record names the
line, how often it was built again and what that cost.
""",
}

REST = """## Why a miss was one

| reason | what happened |
|---|---|
| `first` | nothing was there yet |
| `expired` | older than `max_age` |
| `invalid` | `check` said no |
| `evicted` | its key had made room for others |
| `forced` | `refresh()`, or the first use after `cache_clear()` |
| `loop_changed` | another event loop is running |
| `error` | the build before it failed |

## In tests

`lambda_reuse.testing` has `fresh_container()`, a container nobody has used yet, and
`simulate(handler, events)`, which invokes without Lambda; pytest finds both as the fixtures
`fresh_container` and `simulate`. `resource(clock=...)` takes the time from a function of yours.

```python
from lambda_reuse import container, resource
from lambda_reuse.testing import fresh_container, simulate

@resource
def client():
    return object()

def handler(event, context):
    client()
    return container.invocation

with fresh_container():
    assert simulate(handler, [{}, {}, {}]) == [1, 2, 3]
    assert client.cache_info().hits == 2
```

## With other libraries

`lambda_reuse.integrations.add_container(target)`, called in the handler, gives an
aws-embedded-metrics logger, or Powertools' Metrics or Logger, the container's id, age and invocation
number as properties. With SnapStart, `snapshot_restore_py` tells of the restore where it is installed;
elsewhere the first invocation does.

## Limits

- A page has room for 63 names; what comes after them is counted together as `(other)`. Names that clash
  are numbered, with one warning.
- Where /tmp is full or read-only the helper works on, uncounted, and says so once.
- Each process counts for itself: on Managed Instances and after a fork the records add them up.
- Python 3.9 and newer.
"""


def helper_page() -> str:
    """The whole page."""
    parts = [INTRODUCTION]
    for name, text in SECTIONS.items():
        code = (PATTERNS / f"{name}.py").read_text(encoding="utf-8").strip()
        parts.append(f"{text}\n```python\n{code}\n```\n")
    return "\n".join([*parts, REST])
