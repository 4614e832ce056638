"""Any class, by a sample of invocations: the right line, and nothing but what is asked for."""

import pytest

from tests.auto.test_pythons import candidates
from tests.conftest import ROOT

SOURCE = """\
import json, threading, time
from helpers import Made, make

class Settings:
    def __init__(self):
        time.sleep(0.003)

class Cheap:
    pass

kept = Settings()

class Orders:
    def handle(self):
        return Settings()

def own():
    return Settings()

def handler(event, context):
    Cheap()
    Orders().handle()
    own()
    for _ in range(50):
        json.dumps({})
    if event["n"] % 2:
        make()
    try:
        raise ValueError
    except ValueError:
        return len(json.loads("[1]"))
"""
LIBRARY = """\
import time
class Made: pass
def make():
    time.sleep(0.003)
    return Made()
"""


@pytest.fixture(params=[12, 13, 14], ids=lambda minor: f"3.{minor}")
def python(request):
    found = candidates(request.param)
    if not found:
        pytest.skip(f"there is no python3.{request.param} on this machine")
    return found[-1]


@pytest.fixture
def sampled(function):
    function.write("app.py", SOURCE)
    function.write("helpers.py", LIBRARY)
    function.write("helpers-1.0.dist-info/RECORD", "helpers.py,,\n")

    def run(python: str, count: int = 6, **environment: str):
        events = [{"n": 1} for n in range(count)]
        options = {"python": python, "PYTHONPATH": str(ROOT / "python_helper"), **environment}
        return function.run(events, **options)

    return run


def test_lines_that_make_the_same_type(sampled, python):
    """The class of the user's own, and what a library's function gives; not what is cheap."""
    ran = sampled(python, LAMBDA_REUSE_SAMPLE="1")

    assert ran.stderr == ""
    assert {result["answer"] for result in ran.results} == {1}
    assert {(slot["name"], slot["kind"]) for slot in ran.slots} == {
        ("Settings in Orders.handle (app.py:15)", "class"),
        ("Settings in own (app.py:18)", "class"),
        ("Made in handler (app.py:27)", "class"),
    }
    assert all(2 <= slot["recreated"] <= 3 for slot in ran.slots)
    assert all(slot["recreated_us"] >= 2000 * slot["recreated"] for slot in ran.slots)


def test_only_where_it_is_asked_for(sampled, python):
    """Without LAMBDA_REUSE_SAMPLE nothing is sampled."""
    assert sampled(python).slots == []


def test_it_is_not_there_in_older_pythons(sampled):
    """Python 3.11 has no sys.monitoring: asked for, it does nothing."""
    found = candidates(11)
    if not found:
        pytest.skip("there is no python3.11 on this machine")

    assert sampled(found[-1], LAMBDA_REUSE_SAMPLE="1").slots == []


def test_it_stands_down_with_several_threads(function, python):
    """Another thread of Python's: nothing is switched on."""
    function.write("helpers.py", LIBRARY)
    waiting = "threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
    function.write("app.py", SOURCE.replace("kept =", waiting + "kept ="))

    ran = function.run(
        [{"n": 1}] * 6,
        python=python,
        PYTHONPATH=str(ROOT / "python_helper"),
        LAMBDA_REUSE_SAMPLE="1",
    )

    assert ran.slots == []
