"""Python 3.14: annotations are evaluated when somebody asks for them (PEP 649), and never by us.

Names that exist for type checkers alone would be NameErrors. The interpreter is Pyodide's, fetched
once into build/.
"""

import subprocess

import pytest

from layer_tools import pyodide
from tests.helper.parts import HELPER

PROGRAM = """
import sys
sys.path.insert(0, "/mnt/folder")
assert sys.version_info >= (3, 14)
import functools, inspect
from lambda_reuse import preload, resource, tmp_file, watch

def refused(call, message):
    try:
        call()
    except TypeError as error:
        assert message in str(error), error
    else:
        raise AssertionError("not refused")

@resource
def table() -> Table: return "table"
assert table() is table() and table.peek() == "table"

@resource(max_age=60)
def keyed(key: Key, *, region: Region = "eu") -> Table: return [key, region]
assert keyed("a") is keyed(key="a", region="eu")
refused(keyed, "missing a required argument: 'key'")
refused(lambda: keyed("a", zone=1), "unexpected keyword argument 'zone'")
refused(lambda: keyed([]), "cannot be a key")

@resource
async def session(key: Key) -> Session: return key
refused(lambda: session().send(None), "missing a required argument")

class Client:
    address: Address
    def __init__(self, address: Address) -> Nothing: self.address = address

for client in (resource(Client), resource(functools.partial(Client)), resource(max_keys=2)(Client)):
    assert client("a") is client(address="a")
    refused(client, "missing a required argument: 'address'")

class Repo:
    @resource
    def item(self, key: Key) -> Item: return [key]
    @resource
    @staticmethod
    def static(key: Key) -> Item: return [key]
    @resource
    @classmethod
    def of_class(cls, key: Key) -> Item: return [key]
    @classmethod
    @resource
    def below_class(cls, key: Key) -> Item: return [key]
    @property
    @resource
    def table(self) -> Table: return ["table"]
repo = Repo()
assert repo.item("a") is repo.item.peek("a") is Repo.item(repo, key="a")
assert repo.static("a") is Repo.static("a") and repo.of_class("a") is Repo.of_class("a")
assert repo.below_class("a") is Repo.below_class("a") and repo.table is repo.table
refused(repo.item, "missing a required argument: 'key'")

class Loader:
    def __call__(self, name: Name) -> Loaded: return [name]
loader = resource(Loader())
assert loader("a") is loader(name="a")

def wraps(function):
    @functools.wraps(function)
    def inner(*args, **kwargs): return function(*args, **kwargs)
    return inner
wrapped = resource(wraps(keyed.__wrapped__))
assert wrapped("a") is wrapped(key="a")

watch(functools.lru_cache(keyed.__wrapped__), name="cache")
path = tmp_file("a", fetch=lambda path: open(path, "w").close())
for get in (table, keyed, session, wrapped):
    try:
        get.__annotations__
    except NameError:
        pass
    else:
        raise AssertionError("it has lost its annotations")
import annotationlib
found = annotationlib.get_annotations(keyed, format=annotationlib.Format.STRING)
assert found == {"key": "Key", "region": "Region", "return": "Table"}, found
print("done")
"""


@pytest.mark.slow
def test_annotations_are_not_evaluated(python_3_14, tmp_path):
    """Functions, classes, partials, methods, wrong calls; and who wants them still has them."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    done: subprocess.CompletedProcess[str] = pyodide.run(python_3_14, HELPER, program)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
