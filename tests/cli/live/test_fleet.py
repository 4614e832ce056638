"""The state of containers, made of their logs line by line."""

import json
from pathlib import Path
from typing import Any

import pytest
from reuse_cli.live import fleet as fleets
from reuse_cli.live.fleet import Fleet
from reuse_cli.live.follow import Follower
from reuse_cli.live.log_events import parse

BEGIN_MS = 1_795_656_000_000
STREAM = "2026-11-26-LATEST-0123456789abcdef0123456789abcdef.jsonl"
ID = "0123456789abcdef0123456789abcdef"


def line(at_ms: int, message: str | dict[str, Any]) -> str:
    """One line of a log file, `at_ms` after the beginning."""
    text = message if isinstance(message, str) else json.dumps(message, separators=(",", ":"))
    return json.dumps({"timestamp": BEGIN_MS + at_ms, "message": text}, separators=(",", ":"))


def invocation(at_ms: int, number: int, duration_ms: float, more: str = "") -> list[str]:
    end_ms = at_ms + int(duration_ms)
    report = (
        f"REPORT RequestId: r{number}\tDuration: {duration_ms:.2f} ms"
        f"\tBilled Duration: {duration_ms + 481:.0f} ms\tMemory Size: 128 MB"
        "\tMax Memory Used: 70 MB"
    )
    return [
        line(at_ms, f"START RequestId: r{number} Version: $LATEST"),
        line(end_ms, f"END RequestId: r{number}"),
        line(end_ms, report + more),
    ]


def record(**values: Any) -> dict[str, Any]:
    return {"record": "container/1", "FunctionName": "orders", "container_id": ID, **values}


@pytest.fixture
def followed(tmp_path: Path) -> tuple[Path, Fleet, Follower]:
    """(a container's log file, the fleet, what follows it)."""
    file = tmp_path / "logs" / "orders" / STREAM
    file.parent.mkdir(parents=True)
    fleet = Fleet()
    return file, fleet, Follower(lambda: [tmp_path], fleet)


def write(file: Path, *lines: str, end: str = "\n") -> None:
    with file.open("a") as log:
        log.write("\n".join(lines) + end)


def test_a_container_from_its_first_line_to_its_end(followed) -> None:
    """Start, init, invocations, memory, look-ups and end, as the log tells them."""
    file, fleet, follower = followed
    write(
        file,
        line(0, "INIT_START Runtime Version: python:3.13"),
        *invocation(500, 1, 20, "\tInit Duration: 480.50 ms"),
        *invocation(2000, 2, 5, "\tStatus: timeout"),
        line(3000, record(total={"hits": 3, "misses": 1}, end="spindown", to_ms=BEGIN_MS + 3000)),
        "not JSON",
    )
    follower.look()

    assert fleet.everything()["containers"] == [
        {
            "id": ID,
            "function": "orders",
            "start": BEGIN_MS,
            "init": 480.5,
            "invocations": 2,
            "cold": 1,
            "first": 0,
            "busy": [
                [BEGIN_MS + 500, BEGIN_MS + 520, 0],
                [BEGIN_MS + 2000, BEGIN_MS + 2005, 1],
            ],
            "resets": [],
            "end": "spindown",
            "ended": BEGIN_MS + 3000,
            "memory": 70.0,
            "hits": 3,
            "misses": 1,
        }
    ]


def test_platform_lines_as_json(followed) -> None:
    """Functions with the JSON log format have the same life."""
    file, fleet, follower = followed
    time = "2026-11-26T00:00:01.500Z"
    lines = [
        {"time": time, "type": "platform.initStart", "record": {"phase": "init"}},
        {"time": time, "type": "platform.start", "record": {"requestId": "r"}},
        {"time": time, "type": "platform.runtimeDone", "record": {"requestId": "r"}},
        {
            "time": time,
            "type": "platform.report",
            "record": {
                "requestId": "r",
                "status": "error",
                "metrics": {"durationMs": 5, "initDurationMs": 100, "maxMemoryUsedMB": 60},
            },
        },
        {"time": time, "type": "platform.other", "record": {}},
        {"time": "never", "type": "platform.report", "record": 5},
    ]
    write(file, *(line(0, one) for one in lines))
    follower.look()
    (container,) = fleet.everything()["containers"]

    assert (container["init"], container["invocations"], container["memory"]) == (100, 1, 60)
    assert container["busy"] == [[1_795_651_201_495, 1_795_651_201_500, 1]]


def test_changes_hold_what_is_new(followed) -> None:
    """A half line waits for its end; a change repeats no invocation that was over."""
    file, fleet, follower = followed
    write(file, *invocation(0, 1, 10), line(100, "START RequestId: r2 Version: 1"))
    write(file, '{"timestamp":', end="")
    follower.look()
    first = fleet.changes()["containers"][0]
    follower.look()
    nothing = fleet.changes()
    write(file, f'{BEGIN_MS + 130},"message":"END RequestId: r2"}}', *invocation(200, 3, 7))
    follower.look()
    second = fleet.changes()["containers"][0]

    assert (first["first"], len(first["busy"]), first["busy"][1][1]) == (0, 2, 0)
    assert nothing == {}
    assert second["first"] == 1
    assert second["busy"] == [
        [BEGIN_MS + 100, BEGIN_MS + 130, 0],
        [BEGIN_MS + 200, BEGIN_MS + 207, 0],
    ]


def test_a_reset_is_marked_and_the_container_lives_on(followed) -> None:
    """A second INIT_START in one container is a reset; a record's end is undone by its use."""
    file, fleet, follower = followed
    write(
        file,
        line(0, "INIT_START"),
        *invocation(10, 1, 3000, "\tStatus: timeout"),
        line(3010, record(end="timeout", total={})),
        line(5000, "INIT_START"),
        *invocation(5100, 2, 5),
    )
    follower.look()
    (container,) = fleet.everything()["containers"]

    assert (container["resets"], container["end"]) == ([BEGIN_MS + 5000], None)


def test_resources_are_summed_over_containers(followed) -> None:
    """The newest totals of each container; the most wasteful resource first."""
    file, fleet, follower = followed
    other = file.with_name(STREAM.replace("0123", "ffff"))
    for path, hits in ((file, 1), (file, 5), (other, 10)):
        write(path, line(0, record(record="resource/1", Resource="db", total={"hits": hits})))
    waste = {"recreated": 9, "recreated_ms": 90.5, "build_ms": 100}
    sns = record(record="resource/1", Resource="sns", call_site="app.py:7", total=waste)
    write(file, line(0, sns))
    follower.look()
    rows = fleet.changes()["resources"]

    assert [(row["name"], row["hits"], row["recreated"], row["site"]) for row in rows] == [
        ("sns", 0, 9, "app.py:7"),
        ("db", 15, 0, ""),
    ]
    assert rows[1]["containers"] == 2


def test_memory_is_bounded(followed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a container the newest invocations are kept, of containers the newest, ended first."""
    file, fleet, follower = followed
    monkeypatch.setattr(fleets, "MAX_CONTAINERS", 2)
    for number in range(3):
        path = file.with_name(STREAM.replace("0123", f"000{number}"))
        write(path, *invocation(0, 1, 1))
        if number == 1:
            write(path, line(9, record(end="spindown", total={})))
        follower.look()
    many = file.with_name(STREAM.replace("0123", "ffff"))
    for number in range(fleets.MAX_INVOCATIONS + 10):
        write(many, line(number, f"START RequestId: r{number} Version: 1"))
    while follower.look():
        pass
    containers = fleet.everything()["containers"]

    assert len(containers) == 2
    assert containers[-1]["invocations"] == fleets.MAX_INVOCATIONS + 10
    assert (len(containers[-1]["busy"]), containers[-1]["first"]) == (fleets.MAX_INVOCATIONS, 10)


def test_a_container_that_is_let_go_is_named_and_stays_in_the_sums(
    followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page drops it; what its resources counted still counts, once, also after a reset."""
    file, fleet, follower = followed
    monkeypatch.setattr(fleets, "MAX_CONTAINERS", 1)
    for number in range(3):
        path = file.with_name(STREAM.replace("0123", f"000{number}"))
        db = record(record="resource/1", Resource="db", total={"hits": 10**number, "misses": 1})
        write(
            path, line(number, db), line(number, record(end=("spindown", "timeout", None)[number]))
        )
    follower.look()
    changes = fleet.changes()

    assert [own[:4] for own in changes["gone"]] == ["0000", "0001"]
    assert [own["id"][:4] for own in changes["containers"]] == ["0002"]
    assert [_uses(row) for row in changes["resources"]] == [(111, 3, 3)]
    assert "gone" not in fleet.changes()

    reset = file.with_name(STREAM.replace("0123", "0001"))
    write(
        reset, line(9, record(record="resource/1", Resource="db", total={"hits": 15, "misses": 2}))
    )
    follower.look()
    assert [_uses(row) for row in fleet.changes()["resources"]] == [(116, 4, 3)]


def _uses(row: dict[str, Any]) -> tuple[int, int, int]:
    return row["hits"], row["misses"], row["containers"]


@pytest.mark.parametrize(
    "text",
    [b"", b"{}", b"[]", b'{"timestamp":"x","message":"{}"}', b'{"timestamp":1,"message":"{5"}',
     b'{"timestamp":1,"message":"{\\"record\\":[1]}"}', b'{"timestamp":1,"message":"hello"}',
     b'{"timestamp":1,"message":"REPORT"}', b'{"timestamp":1e400,"message":"{}"}', b"\xff\xfe"],
)  # fmt: skip
def test_odd_lines_are_no_events(text: bytes) -> None:
    assert parse(text) is None


def test_files_that_go_away(followed) -> None:
    """A file that vanishes, and one that is asked for and never was, give nothing."""
    file, _, follower = followed
    write(file, *invocation(0, 1, 1), line(5, record(total={})))
    follower.look()

    assert len(follower.records(str(file))) == 1
    assert follower.records("/etc/passwd") == []
    file.unlink()
    assert follower.look() is False
