"""What grows: containers at module level by their sampled sizes, and memory by its records."""

import asyncio

from reuse_cli.main import run
from reuse_sandbox import FunctionConfig, Sandbox

GROWING = """\
import collections

seen = []
by_id: dict = collections.OrderedDict()
recent = collections.deque(maxlen=10)
few = {}
emptied = []
made = []

def handler(event, context):
    global made
    seen.append(event)
    by_id[event["n"]] = 1
    recent.append(event)
    few[event["n"] % 7] = 1
    emptied.append(1)
    if len(emptied) > 90:
        emptied.clear()
    made = made + [1]
    return 1
"""


def test_containers_that_grow_with_the_invocations(function):
    """By name and line; not bounded ones, nor those that are emptied or made again."""
    function.write("app.py", GROWING)
    events = [{"n": n} for n in range(201)]

    ran = function.run(events, LAMBDA_REUSE_SAMPLE="1")

    assert ran.found() == [("request_data", "app.py:3", 2), ("request_data", "app.py:4", 2)]
    assert [slot["name"] for slot in ran.slots if slot["kind"] == "module.container"] == [
        "container seen in <module> (app.py:3)",
        "container by_id in <module> (app.py:4)",
    ]
    assert function.run(events).found() == []


def test_a_leak_in_the_sandbox(tmp_path, source_layer, capsys):
    """A function that keeps 1 MB of every invocation; its records tell the memory that it took."""
    (tmp_path / "task").mkdir()
    (tmp_path / "task" / "app.py").write_text(
        "import time\nkept = []\ndef handler(event, context):\n"
        "    kept.append(bytearray(1_000_000))\n"
        "    time.sleep(0.015)  # the sandbox asks for the memory every 10 ms\n"
    )
    config = FunctionConfig(
        tmp_path / "task", handler="app.handler", environment={"LAMBDA_REUSE_FLUSH": "invocation"}
    )

    async def live() -> None:
        async with Sandbox(
            config, layer=source_layer, data=tmp_path / "data", concurrency=1
        ) as sandbox:
            for _ in range(40):
                await sandbox.invoke(b"{}")

    asyncio.run(live())

    assert run(["doctor", "--source", str(tmp_path / "data")]) == 0
    (line, *_) = capsys.readouterr().out.splitlines()
    assert line.startswith("1. function leaks memory, by ")
    assert line.endswith(" MB an invocation")
