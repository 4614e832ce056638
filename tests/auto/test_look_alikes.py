"""What is built beside look-alikes: whether they are kept decides, and that is found out safely."""

import pytest

SOURCE = """\
from lambda_reuse.auto import lines

class Thing:
    closed = False

line = lines.Line(("class", "thing", "app.py:8", "build"), 2)
kept = {{}}

def build(key=1):
    made = Thing()
    line.built(key, 10, obj=made, closed="closed")
    return made

def handler(event, context):
    n = event
    {body}
"""


def recreated(function, body: str, invocations: int) -> tuple[int, int]:
    """How many builds of how many were waste."""
    function.write("app.py", SOURCE.format(body=body))
    ran = function.run(list(range(invocations)))
    assert [result for result in ran.results if "error" in result] == []
    assert ran.stderr == ""
    slot = ran.slot("class")
    assert slot["recreated_us"] == 10 * slot["recreated"]
    return slot["recreated"], slot["builds_in_invocations"]


@pytest.mark.parametrize(
    ("body", "invocations", "expected"),
    [
        ("build()", 5, (4, 5)),
        ("kept.setdefault(n % 4, None) or kept.update({n % 4: build()})", 9, (0, 4)),
        ("kept[n % 4] = build()", 8, (4, 8)),
        ("kept[0] = build()", 5, (4, 5)),
        ("kept[0] = build(); kept[0].closed = True", 5, (4, 5)),
        ("kept[n] = build()", 5, (0, 5)),
        ("kept[n] = build()", 6, (5, 6)),
        ("kept[n] = build()", 8, (7, 8)),
        ("kept[n] = n == 3 or build()", 12, (0, 11)),
        ("made = build(); made.itself = made", 20, (19, 20)),
        ("kept.update({n * 200 + i: build() for i in range(200)})", 2, (0, 400)),
        ("build(n)", 5, (0, 5)),
        ("line.excuse(1); build()", 5, (0, 5)),
    ],
)
def test_waste_is_what_does_not_stay(function, body, invocations, expected):
    """Each that has gone, whether at once, with its name or in a cycle, and those that pile up."""
    assert recreated(function, body, invocations) == expected


def test_time_that_comes_later(function):
    """A connection's time is waste where the client turns out to be."""
    function.write(
        "app.py",
        SOURCE.format(
            body="""kept[0] = made = Thing()
    waste = line.built(1, 10, obj=made)
    line.add_time(5, waste)"""
        ),
    )

    ran = function.run(3)

    assert ran.slot("class")["recreated_us"] == 2 * 15


def test_what_raises_while_it_is_found_out(function):
    """One line at level DEBUG, and nothing for the function."""
    function.write("app.py", SOURCE.format(body="kept[n] = build()"))

    ran = function.run(list(range(4)), mode="broken:kept.reached")

    assert [result for result in ran.results if "error" in result] == []
    assert ran.stderr == "lambda-reuse: observing look-alikes is switched off: RecursionError\n"
    assert ran.slot("class")["recreated"] == 0


def test_many_are_looked_for_at_once(function):
    """However many an invocation builds: one search at its end."""
    function.write(
        "app.py",
        SOURCE.format(body="kept.update({(n, i): build() for i in range(40)}); return searches()")
        + """
from lambda_reuse.auto import kept as of_helper

def searches():
    return of_helper._searches
""",
    )

    ran = function.run(list(range(3)))

    assert [result["answer"] for result in ran.results] == [0, 1, 2]
