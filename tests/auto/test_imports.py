"""Imports: those of init that take longest, and those that an invocation waits for."""

SOURCE = """\
import slow
def handler(event, context):
    if event["n"] == 2:
        import late
    import cheap
    return 1
"""


def test_imports_in_init_and_in_invocations(function):
    """By the line of the function's own code; what a module imports itself is its own time."""
    function.write("lib-1.0.dist-info/RECORD", "slow.py,,\nlate.py,,\ncheap.py,,\ninner.py,,\n")
    function.write("slow.py", "import time\ntime.sleep(0.01)\n")
    function.write("late.py", "import inner\n")
    function.write("inner.py", "import time\ntime.sleep(0.005)\n")
    function.write("cheap.py", "")
    function.write("app.py", SOURCE)

    ran = function.run([{"n": n} for n in range(4)], LAMBDA_REUSE_IMPORTS="1")

    assert [result["answer"] for result in ran.results] == [1] * 4
    counts = {
        slot["name"]: (slot["builds_in_init"], slot["builds_in_invocations"])
        for slot in ran.slots
        if slot["kind"] == "import"
    }
    assert counts["slow in <module> (app.py:1)"] == (1, 0)
    assert counts["late in handler (app.py:4)"] == (0, 1)
    assert not any("inner" in slot["name"] for slot in ran.slots)
    assert ("import_in_invocation", "app.py:4", 1) in ran.found()  # a busy machine may add `cheap`


def test_only_where_it_is_asked_for(function):
    """Without LAMBDA_REUSE_IMPORTS no import is counted."""
    function.write("app.py", "def handler(event, context):\n    import sqlalchemy\n")

    assert function.run(3).slots == []


def test_imports_that_fail(function):
    """The same tracebacks with and without; a later import is counted rightly."""
    function.write("broken.py", "1 / 0\n")
    function.write("lib-1.0.dist-info/RECORD", "broken.py,,\n")
    function.write("app.py", "def handler(event, context):\n    import broken\n")

    observed = function.run(3, LAMBDA_REUSE_IMPORTS="1")
    plain = function.run(3, mode="bare")

    assert observed.results == plain.results
    assert "ZeroDivisionError" in plain.results[0]["traceback"]
