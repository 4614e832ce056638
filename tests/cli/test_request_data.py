"""Containers that only ever grow, found in a function's source."""

import re

import pytest
from reuse_cli.analysis.findings import of_code

FUNCTION = {"function_name": "orders", "containers": 2, "invocations": 102}

GROWING = """\
import collections
seen = []
totals: dict[str, int] = {}
ids = set()
log = collections.deque()
def handler(event, context):
    seen.append(event)
    totals[event["id"]] = 1
    ids.add(event["id"])
    log.append(event)
"""
RIGHT = """\
import collections
NAMES = ["a"]
cache, asked, emptied, kept, rebound, flags, local = {}, {}, [], [], [], {}, []
recent = collections.deque(maxlen=10)
clients = {}
emptied = []
rebound = []
flags = {}
local = []
def client(tenant):
    if tenant not in clients:
        clients[tenant] = object()
    return clients[tenant]
def handler(event, context):
    global rebound
    emptied.append(event)
    emptied.clear()
    recent.append(event)
    rebound = []
    rebound.append(event)
    flags["seen"] = True
    local = []
    local.append(event)
    return NAMES[0]
"""


def test_request_data(tmp_path):
    """Containers of a module that functions only add to; caches, bounds and locals are none."""
    (tmp_path / "app.py").write_text(GROWING)
    (tmp_path / "right.py").write_text(RIGHT)
    (tmp_path / "broken.py").write_text("def (\n")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_app.py").write_text(GROWING)

    rows = of_code(tmp_path, [FUNCTION])

    assert [(row["call_site"], row["function"], row["what"]) for row in rows] == [
        ("app.py:7", "handler", "container seen"),
        ("app.py:8", "handler", "container totals"),
        ("app.py:9", "handler", "container ids"),
        ("app.py:10", "handler", "container log"),
    ]
    assert {row["kind"] for row in rows} == {"request_data"}
    assert {row["function_name"] for row in rows} == {"orders"}


MARK = "  # <-"
FILE = re.compile(r"^# --- (\S+)\n", re.MULTILINE)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(
            """\
seen = []
def handler(event, context):
    global seen
    seen += [event]  # <-
""",
            id="augmented assignment",
        ),
        pytest.param(
            """\
import collections
by_user, hits = {}, collections.defaultdict(list)
by_user = {}
hits = collections.defaultdict(list)
def handler(event, context):
    by_user.setdefault(event["user"], []).append(event)  # <-
    hits[event["user"]].append(event)  # <-
""",
            id="items of a container",
        ),
        pytest.param(
            """\
calls = []
def logged(function):
    def wrapper(event, context):
        calls.append(event)  # <-
        return function(event, context)
    return wrapper
@logged
def handler(event, context):
    return len(calls)
""",
            id="what a decorator wraps",
        ),
        pytest.param(
            """\
from . import state
from .state import history as known
def handler(event, context):
    state.history[event["id"]] = 1  # <-
    known.update({event["id"]: 2})  # <-
# --- state.py
history = {}
""",
            id="another module's",
        ),
        pytest.param(
            """\
routes, hooks, plugins, by_name = {}, [], [], {}
routes = {}
hooks = []
plugins = []
by_name = {}
def route(path):
    def decorate(function):
        routes[path] = function
        return function
    return decorate
def hook(function):
    hooks.append(function)
    return function
class Base:
    def __init_subclass__(cls):
        plugins.append(cls)
class Meta(type):
    def __init__(cls, *rest):
        plugins.append(cls)
def register(name, function):
    by_name[name] = function
register("a", len)
@route("/")
@hook
def index(event):
    return 1
""",
            id="registries",
        ),
        pytest.param(
            """\
class Audit:
    entries = []
    names: list[str] = ["a"]
    def note(self, event):
        self.entries.append(event)  # <-
        return self.names[0]
    @classmethod
    def note_all(cls, events):
        cls.entries.extend(events)  # <-
    @staticmethod
    def count(entries):
        entries.append(1)
def handler(event, context):
    Audit().note(event)
    Audit.entries += [event]  # <-
""",
            id="a class's container",
        ),
        pytest.param(
            """\
from lib import orders
from lib.orders import Orders, service as known
mine = Orders()
def handler(event, context):
    orders.service.log.append(event)  # <-
    known.log.append(event)  # <-
    mine.log.append(event)  # <-
    mine.take(event)
# --- lib/orders.py
class Orders:
    def __init__(self):
        self.seen, self.log = set(), []
        self.log = []
        self.by_id = {}
        self.recent = []
        self.prices = {}
        self._load()
        self.log.append("made")
    def _load(self):
        self.prices["a"] = len(self.prices)
        for name in self.prices:
            self.prices[name] = 1
    def take(self, event):
        self.by_id[event["id"]] = event  # <-
        self.recent.append(event)
    def reset(self):
        self.recent = []
service = Orders()
""",
            id="an object that a module keeps",
        ),
        pytest.param(
            """\
class PerRequest:
    def __init__(self):
        self.errors = []
    def check(self, event):
        self.errors.append(event)
class Base:
    items = []
    given = []
    def __init__(self, given):
        self.given = given
    def add(self, item):
        self.items.append(item)
        self.given.append(item)
class Own(Base):
    def __init__(self):
        self.items = []
class Plugins:
    known = []
    def __init__(self):
        self.known.append(self)
class Cache:
    values = {}
    def value(self, key):
        if key not in self.values:
            self.values[key] = 1
        return self.values[key]
cache, plugins = Cache(), Plugins()
plugins = Plugins()
def handler(event, context):
    PerRequest().check(event)
    Own().add(event)
    return cache.value(event["id"])
""",
            id="an object of the request, and a cache",
        ),
        pytest.param(
            """\
prices = {}
rows = {}
def price(key):
    try:
        return prices[key]
    except KeyError:
        prices[key] = 1
        return 1
def handler(event, context):
    if event["key"] not in rows:
        rows[event["key"]] = []
        rows[event["key"]].append(price(1))
""",
            id="caches",
        ),
        pytest.param(
            """\
import bisect, collections, heapq
queue, ordered, (users, plain) = [], [], (collections.Counter(), [])
merged, taken = {}, []
first, second = NONE = divmod(7, 2)
def handler(event, context):
    global plain, merged
    heapq.heappush(queue, event["at"])  # <-
    bisect.insort(ordered, event["at"])  # <-
    users.update([event["user"]])  # <-
    plain = [*plain, event]  # <-
    merged = {**merged, event["id"]: event}  # <-
    merged = merged | {event["id"]: event}  # <-
    heapq.heappush(taken, event["at"])
    return heapq.heappop(taken)
""",
            id="functions that add, and assignments",
        ),
        pytest.param(
            """\
kept = []
few, names = [], set()
last = {}
buffered = []
sent = []
def client():
    if not kept:
        kept.append(object())
    return kept[0]
def flush(items):
    del items[:]
class Queue:
    def send(self, items):
        items.clear()
def handler(event, context):
    if len(few) < 10:
        few.append(event)
    while len(few) < 2:
        few.append(event)
    names.add("orders")
    last.update(event=event, tenant="a")
    last.update({"event": event})
    buffered.append(event)
    flush(buffered)
    sent.append(event)
    Queue().send(sent)
    return client()
""",
            id="what is bounded, and emptied by other functions",
        ),
    ],
)
def test_what_grows(source, tmp_path):
    """The marked lines, and no other."""
    first, *others = FILE.split(source)
    files = {"app.py": first, **dict(zip(others[::2], others[1::2], strict=True))}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    expected = [
        f"{name}:{number}"
        for name, text in files.items()
        for number, line in enumerate(text.splitlines(), 1)
        if MARK in line
    ]
    assert [row["call_site"] for row in of_code(tmp_path, [FUNCTION])] == expected
