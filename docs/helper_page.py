"""The page about the helper: its words here, its code from `examples/patterns`."""

from pathlib import Path

from reuse_extension.core.records import REASON_FIELDS

PATTERNS = Path(__file__).parents[1] / "examples" / "patterns"

INTRODUCTION = """# The helper

Made by `make docs`; every example is a file of [`examples/patterns`](../examples/patterns), which the
tests run in the sandbox, where they compare what the records report with what was done.

`from lambda_reuse import resource, preload, phase, tmp_file, watch, container` imports nothing that is
slow to import, and the layer holds it compiled for Python 3.11 to 3.14. A hit costs about a tenth of a
microsecond ([figures](overhead.md)). Without the layer everything works the same, but the counts are not reported.
Values, arguments and keys never leave the process: what the layer reads are names, counts and times.
"""

SECTIONS = {
    "clients": """## Clients

`@resource` turns a function into one whose value is built once per process and then returned: by the
first call, or at once with `eager=True`. It is called as before, and `cache_info()`, `cache_clear()`,
`peek()` and `refresh()` are there as well ([all parameters](#parameters-of-resource),
[all methods](#methods)). Threads that come at the same time wait for one build. An
error of the function passes unchanged, and the next call tries again. `None` is a value like any
other; a function that needs itself is refused with a clear error.

`container` describes the container to the function: `id`, `age` in seconds, `invocation` (1 for the
first), `cold`, `init_type`.
""",
    "parameters": """## Parameters, tokens, secrets

A function with parameters keeps a value for each key, 128 unless `max_keys` says otherwise; the least
recently used goes first, and `close=` is called with what is evicted. `max_age` is wall time, so a value
also grows old while the container is frozen. With `stale_while_error` the old value is used when a
new one cannot be built. With `retry_after` a failed build is remembered: its error is raised again,
without another attempt, for that many seconds. Each caller gets its own copy of the error, which keeps
nothing of the failed build alive.

`get("a", 300)`, `get("a", ttl=300)` and, where 300 is the default, `get("a")` are one key, also with
`**kwargs` and below a decorator made with `functools.wraps`. Arguments must be hashable; a key is
let go with its value.
""",
    "connections": """## Connections

`check=` is called with a value before it is used, or at most every `check_every=` seconds. If it returns a
false value or raises, the value is closed by `close=`, rebuilt, and counted as `invalid`. A check that
hangs blocks the call, so give it a timeout.
""",
    "warmed": """## Warmed in init

`preload` builds resources in parallel threads, with one time limit for all of them, and returns the names
of those that are not ready. A build that fails does not stop the others; the first use tries again.
`phase` names a part of the init. Both are reported in the init record, with start and duration.
""",
    "files": """## Files in /tmp

`tmp_file` returns the path of a file that is fetched once per container, by one of its processes, and
is never seen in part. `max_age` is in seconds. `max_bytes` limits all such files together; the oldest are
removed first. `size` and `sha256` are checked. What an interrupted fetch left behind takes up space until
the next fetch removes it.
""",
    "awaited": """## Async

An `async def` is awaited and has one value for each running loop, because clients belong to their loop;
another loop builds its own, which is counted as `loop_changed`. Tasks that come at the same time wait for one
build. Any callable that returns an awaitable is async: a `functools.partial` of an `async def`, an object
whose `__call__` is async, a lambda, a decorator's function. Where that cannot be known in advance,
the first call decides.
""",
    "watched": """## Existing caches

`watch` counts what functools, cachetools (`info=True`) and async_lru caches, SQLAlchemy and psycopg
pools and urllib3 pools do, at the end of every invocation, and does not change them.
""",
    "wrong": """## What not to do

A resource that is defined in the handler is a new one in every invocation. Its record names the
line, how often it was rebuilt (`recreated`) and how long that took (`recreated_ms`).
""",
}

REST = """## Parameters of `resource`

| parameter | default | meaning |
|---|---|---|
| `name` | the function's qualified name | name in the records |
| `max_age` | none: no limit | seconds by wall clock, after which the value is rebuilt; frozen time counts |
| `check` | none | called with the value before it is used; a false answer or an error replaces the value |
| `check_every` | every use | seconds between two checks |
| `close` | none | called with a value that was replaced, evicted or cleared; its errors are one line on stderr |
| `retry_after` | none: the next call | seconds for which the error of a failed build is raised again |
| `stale_while_error` | `False` | where a rebuild fails, the value that is too old is used; needs `max_age` |
| `max_keys` | 128 | values of a function with parameters, the least recently used go first; `None`: all |
| `eager` | `False` | build at once, in init |
| `clock` | `time.time` | the time in seconds, for tests |

## Methods

| call | meaning |
|---|---|
| `get(...)` | the value; builds it if there is none |
| `get.peek(...)` | the value that a call would find, or `None`; builds, checks and counts nothing |
| `get.refresh(...)` | rebuilds now; the old value serves meanwhile, and stays where that fails |
| `get.cache_clear()` | drops and closes all values and sets `cache_info` to 0. The result of a build that is under way goes to its waiting callers, and is not kept |
| `get.cache_info()` | `hits, misses, maxsize, currsize`, as `functools` has them, then `reasons, builds, build_ms, failed, recreated` |

Static and class methods may stand above or below `@resource`. Methods keep a value for each instance,
and hold the instance as long as its value is kept, as `functools.lru_cache` does.
`obj.method.refresh(...)` and `obj.method.peek(...)` know their instance; so do those of class methods,
where `@resource` stands above `@classmethod`. `@property` goes above `@resource`.

## Processes and forks

A forked child has the values of its parent: the same objects, copied by the system. Memory is shared
until it is written to. Connections, file positions and locks of other libraries are truly shared, and
two processes that use one connection destroy what it carries. What has a `check` is checked before
its first use in the child, whatever `check_every` says, so let it compare the process
(`check=lambda c: c.pid == os.getpid()`), or clear the cache in the child (`cache_clear()`).
Processes that are spawned share nothing. After a restore from a SnapStart snapshot everything that has
a `check` is checked, too. Files of `tmp_file` are shared by all processes of the container.

A signal handler that raises (`signal.alarm` for timeouts) ends a call of a resource like any other, and
leaves no lock taken (Python 3.10 and newer). In a `check` it counts as a false answer.

## When not to use it

- For anything that belongs to one request: the user, the tenant's data, a transaction.
- For values that are cheap to make: below some 10 us a build there is nothing to save.
- For a cache of results by arguments that does not need to be measured: `functools.lru_cache` is in
  the standard library and faster; `watch` counts it.
- For many keys with weights, or other orders of eviction: `cachetools`, watched.
- For what must be fresh to the second: `max_age` does not invalidate a value when its source changes.

| | `resource` | `functools` | `cachetools` | Powertools parameters |
|---|---|---|---|---|
| age | wall clock; continues while frozen | none | monotonic clock by default, which may stand still while the container is frozen | wall clock |
| one build for many threads | yes, a key at a time | no | with `lock=` and `condition=` | no |
| async | one value a loop | no | no | no |
| health check, close, back-off after errors | yes | no | no | no |
| stale value where a refresh fails | yes | no | no | no |
| sizes, weights, other orders | least recently used, by number | least recently used, by number | many | none |
| fetches from AWS | no | no | no | SSM, Secrets Manager, AppConfig, DynamoDB |
| counts in CloudWatch | yes | with `watch` | with `watch` | observed by the layer |

## Reasons of misses

{reasons}

A build without a reason is not a miss, because there was no cache to look in: where the same line
has built the same thing before in this process, it is counted as `recreated`.

## In tests

`lambda_reuse.testing` has `fresh_container()`, a new container, and
`simulate(handler, events)`, which invokes without Lambda; pytest finds both as the fixtures
`fresh_container` and `simulate`. `resource(clock=...)` takes the time from your own function.

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
number as properties. With SnapStart, `snapshot_restore_py` reports the restore where it is installed;
elsewhere the first invocation does.

## Limits

- A page has room for 63 names; what comes after them is counted together as `(other)`. Names that clash
  are numbered, with one warning.
- Where /tmp is full or read-only, or no file descriptor is left, the helper works on, uncounted, and
  says so once.
- The counts are in a file of /tmp that is mapped into memory. Where the function's own code truncates
  that file (`.lambda-reuse/*.page`), the system ends the process with SIGBUS at its next count. Deleting
  it is harmless.
- Each process counts for itself: on Managed Instances and after a fork the records add them up.
- Python 3.9 and newer.
"""


def helper_page() -> str:
    """The whole page."""
    parts = [INTRODUCTION]
    for name, text in SECTIONS.items():
        code = (PATTERNS / f"{name}.py").read_text(encoding="utf-8").strip()
        parts.append(f"{text}\n```python\n{code}\n```\n")
    reasons = "\n".join(f"| `{field.name}` | {field.meaning} |" for field in REASON_FIELDS)
    table = f"| reason | what happened |\n|---|---|\n{reasons}"
    return "\n".join([*parts, REST.replace("{reasons}", table)])
