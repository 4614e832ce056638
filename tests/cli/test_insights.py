"""Logs Insights folds containers as DuckDB does over files: the same lines, the same numbers."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from reuse_cli import errors
from reuse_cli.aws_session import failures
from reuse_cli.errors import ServiceError
from reuse_cli.main import run
from reuse_cli.sources.insights import queries
from reuse_cli.sources.insights.service import Insights

from tests.cli import shapes
from tests.cli.insights_server import InsightsServer, insights_server
from tests.cli.records import container, resource
from tests.cli.test_aws_sources import put_events

MINUTE_MS = 60_000
APPROXIMATED = {"idle_p50_ms"}
OF_OLDER = {"busy_ms", "utility_ratio", "duration_gb_s", "duration_usd", "usd_per_month"}


@pytest.fixture
def aws(account: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[InsightsServer]:
    """An account whose log groups Logs Insights can be asked about."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "queries").mkdir()
    with insights_server(account, tmp_path / "queries") as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        yield server


def life(name: str, function: str, seed: int, now_ms: int) -> list[dict[str, Any]]:
    """The records of one container over some minutes, with what there is to fold."""
    chance = random.Random(seed)
    minutes = chance.randint(2, 6)
    began = now_ms - minutes * MINUTE_MS - chance.randint(0, 30_000)
    kind = chance.choice(["on-demand", "proactive", "snap-start", "none"])
    total: dict[str, Any] = dict.fromkeys(
        ("invocations", "cold_starts", "errors", "timeouts", "init_ms", "duration_ms", "hits"), 0
    )
    used = dict.fromkeys(("hits", "misses", "build_ms", "saved_ms"), 0)
    found = []
    for sequence in range(1, minutes + 1):
        own: dict[str, Any] = {"Invocations": chance.randint(1, 80), "CacheHits": 3}
        own["Duration"] = [chance.randint(1, 99) for _ in range(own["Invocations"])]
        own["IdleTime"] = [chance.randint(1, 999) for _ in range(own["Invocations"])]
        if sequence == 1 and kind != "none":
            duration = chance.choice(["InitDuration", "RestoreDuration"])
            own[duration] = chance.randint(100, 900) + 0.25
            if kind == "proactive":
                own["init_kind"] = kind
            else:
                own |= {"ColdStarts": 1, "cold_start_kind": kind}
        if sequence == 3:
            own |= {"errors": 1, "ColdStarts": 1, "cold_start_kind": "suppressed", "end": "failure"}
        if sequence == minutes and chance.random() < 0.7:
            own["end"] = "spindown"
        for name_, total_ in (("Invocations", "invocations"), ("ColdStarts", "cold_starts"),
                              ("errors", "errors"), ("InitDuration", "init_ms"),
                              ("CacheHits", "hits")):  # fmt: skip
            total[total_] += own.get(name_, 0)
        total["duration_ms"] += sum(own["Duration"])
        times = {
            "container_started_ms": began,
            "from_ms": began + (sequence - 1) * MINUTE_MS,
            "to_ms": began + sequence * MINUTE_MS,
        }
        totals = {"total": dict(total), "MemoryUsed": 50 + sequence}
        whole = container(name, sequence, FunctionName=function, **times, **own, **totals)
        found.append({**shapes.AWS, **whole, "_aws": {"Timestamp": times["to_ms"]}})
        period = {"hits": 3, "misses": 1, "build_ms": 7.5, "saved_ms": 22.5}
        used = {key: used[key] + value for key, value in period.items()}
        line = resource("tax", name, sequence, **used)
        reasons = {"reasons": {"expired": sequence}}
        line |= {**times, "FunctionName": function, **period, "reasons": {"expired": 1}}
        found.append({**line, "total": {**line["total"], **reasons}})
    return found


def fleet(now_ms: int) -> list[dict[str, Any]]:
    return [
        record
        for seed in range(24)
        for record in life(f"{seed:031x}f", "orders" if seed % 3 else "billing", seed, now_ms)
    ]


def put(records: list[dict[str, Any]], group: str) -> None:
    put_events(group, [(record["to_ms"], "s", shapes.compact(record)) for record in records])


def rows_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[list[Any], str]:
    assert run([*arguments, "--output", "json"]) == 0
    said = capsys.readouterr()
    (rows,) = (part for part in json.loads(said.out).values() if isinstance(part, list))
    return rows, said.err


def now_ms() -> int:
    """Now, without what is less than a second: ends of a time are given in whole seconds."""
    return shapes.platform_now()


def near(value: Any) -> Any:
    return pytest.approx(value) if isinstance(value, float) else value


@pytest.mark.slow
@pytest.mark.parametrize("command", ["summary", "containers", "cost", "resources"])
@pytest.mark.parametrize("part", ["whole", "cut"])
def test_the_service_and_files_give_the_same_numbers(aws, capsys, tmp_path, command, part):
    """For whole lives, and for a time that begins in the middle of them."""
    now = now_ms()
    records = fleet(now)
    put([record for record in records if record["FunctionName"] == "orders"], "/aws/lambda/orders")
    put([record for record in records if record["FunctionName"] == "billing"], "shared")
    (tmp_path / "all.jsonl").write_text("\n".join(map(shapes.compact, records)))
    since = shapes.iso(now - (3600_000 if part == "whole" else 150_000))
    asked = [command, "--since", since, "--utc"]

    here, _ = rows_of(capsys, *asked, "--source", str(tmp_path / "all.jsonl"))
    there, said = rows_of(capsys, *asked, "--log-group", "/aws/lambda/orders",
                          "--log-group", "shared")  # fmt: skip

    left_out = APPROXIMATED | (OF_OLDER if part == "cut" else set())
    plain = [{k: v for k, v in row.items() if k not in left_out} for row in here]
    assert plain == [
        {
            k: pytest.approx(v) if isinstance(v, float) else v
            for k, v in row.items()
            if k in plain[0]
        }
        for row in there
    ]
    assert ("idle_p50_ms is an approximation" in said) == (command == "containers")
    assert len(here) == {"containers": 24, "resources": 2}.get(command, 2)
    assert len(aws.queries) == (1 if command == "resources" else 2)


def test_only_the_functions_that_are_named_are_asked_for(aws, capsys):
    """Several functions may share a log group; each function's own group is found."""
    boto3.client("logs").create_log_group(logGroupName="/aws/lambda/billing")
    put(fleet(now_ms()), "/aws/lambda/orders")

    rows, _ = rows_of(capsys, "summary", "orders", "billing")

    assert [row["function_name"] for row in rows] == ["billing", "orders"]
    assert aws.queries[0]["logGroupNames"] == ["/aws/lambda/orders", "/aws/lambda/billing"]
    assert 'FunctionName in ["orders", "billing"]' in aws.queries[0]["queryString"]


def test_functions_without_the_layer_are_answered_from_report_lines(aws, capsys):
    """By log stream; those with it from records, and from these alone."""
    now = now_ms()
    shift = now - MINUTE_MS - shapes.STARTED_MS
    plain = [(at + shift, stream, text) for at, stream, text in shapes.platform_events()]
    put_events("/aws/lambda/old", plain)
    put(fleet(now), "/aws/lambda/orders")

    rows, said = rows_of(capsys, "summary", "orders", "old")

    assert [(row["function_name"], row["observed"]) for row in rows] == [
        ("old", "report_lines"),
        ("orders", "records"),
    ]
    assert (rows[0]["invocations"], rows[0]["containers"], rows[0]["cold_starts"]) == (4, 2, 2)
    assert "by the platform's report lines alone: old" in said
    inits, _ = rows_of(capsys, "inits", "old")
    assert sorted(row["duration_ms"] for row in inits) == [310, 480.25]


class Fake:
    """A client of Logs Insights over seconds, each with so many rows."""

    def __init__(self, rows_a_second: int = 1, **answers: Any) -> None:
        self.rows_a_second = rows_a_second
        self.answers = answers
        self.asked: list[dict[str, Any]] = []
        self.stopped: list[str] = []

    def start_query(self, **request: Any) -> dict[str, Any]:
        refusals = self.answers.get("refusals", [])
        if refusals:
            raise ClientError({"Error": {"Code": refusals.pop()}}, "StartQuery")
        self.asked.append(request)
        return {"queryId": str(len(self.asked) - 1)}

    def get_query_results(self, **request: str) -> dict[str, Any]:
        if self.answers.get("error"):
            raise self.answers["error"]
        asked = self.asked[int(request["queryId"])]
        seconds = range(asked["startTime"], asked["endTime"] + 1)
        rows = [s for s in seconds for _ in range(self.rows_a_second)]
        return {
            "status": self.answers.get("status", "Complete"),
            "results": [[{"field": "s", "value": str(s)}] for s in rows[: queries.ROWS]],
        }

    def stop_query(self, **request: str) -> None:
        self.stopped.append(request["queryId"])


def test_more_rows_than_one_answer_holds_come_by_parts_of_the_time():
    """Each second once."""
    fake = Fake(rows_a_second=900)

    rows = list(Insights(fake).rows("q", ["g"], 0, 40_000))

    assert sorted(int(row["s"]) for row in rows) == sorted(list(range(41)) * 900)


def test_more_rows_a_second_than_one_answer_holds_is_said():
    with pytest.raises(ServiceError, match="no more than 10000 containers a second"):
        list(Insights(Fake(rows_a_second=20_000)).rows("q", ["g"], 0, 3000))


def test_fifty_log_groups_are_asked_at_a_time():
    fake = Fake()

    list(Insights(fake).rows("q", [f"g{i}" for i in range(120)], 0, 0))

    assert [len(asked["logGroupNames"]) for asked in fake.asked] == [50, 50, 20]


def test_log_groups_of_other_accounts_go_by_their_arn():
    fake = Fake()

    list(Insights(fake).rows("q", ["arn:aws:logs:eu-west-1:1:log-group:g", "h"], 0, 0))

    assert fake.asked[0]["logGroupIdentifiers"] == ["arn:aws:logs:eu-west-1:1:log-group:g", "h"]


def test_too_many_queries_are_waited_for():
    """A little longer each time, and not for ever."""
    waits: list[float] = []

    fake = Fake(refusals=["LimitExceededException"] * 3)
    list(Insights(fake, waits.append).rows("q", ["g"], 0, 0))
    assert waits == [1, 2, 4]

    fake = Fake(refusals=["LimitExceededException"] * 30)
    with pytest.raises(ServiceError, match="as many Logs Insights queries as it may"):
        list(Insights(fake, waits.append).rows("q", ["g"], 0, 0))


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError()])
def test_a_query_is_stopped_when_its_answer_is_no_longer_wanted(error):
    fake = Fake(error=error)

    with pytest.raises(type(error)):
        list(Insights(fake).rows("q", ["g"], 0, 0))

    assert fake.stopped == ["0"]


def test_a_query_that_the_service_gives_up_is_said():
    with pytest.raises(ServiceError, match=r"gave up the query \(timeout\)"):
        list(Insights(Fake(status="Timeout")).rows("q", ["g"], 0, 0))


@pytest.mark.parametrize(
    ("code", "kind", "sentence"),
    [
        ("ThrottlingException", errors.SERVICE, "AWS keeps throttling StartQuery"),
        ("AccessDeniedException", errors.SERVICE, "AWS refused StartQuery: AccessDeniedException"),
        ("ExpiredTokenException", errors.CONFIGURATION, "have expired: sign in again"),
    ],
)
def test_what_aws_refuses_is_a_sentence_and_a_code(code, kind, sentence):
    with pytest.raises(errors.CliError, match=sentence) as caught, failures():
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "StartQuery")

    assert caught.value.exit_code == kind


def test_what_a_query_would_read_is_said_before_it(aws, capsys, monkeypatch):
    """The group's bytes, as far as the time reaches."""
    boto3.client("logs").create_log_group(logGroupName=shapes.GROUP)
    monkeypatch.setattr(
        "reuse_cli.sources.log_groups.described",
        lambda _client, group: {"logGroupName": group, "storedBytes": 1e12, "retentionInDays": 10},
    )
    asked = ["summary", "orders", "--since", "5d"]

    assert run(asked) == errors.USAGE
    assert "would read about 500 GB of logs (2.50 USD)" in capsys.readouterr().err
    assert aws.queries == []
    assert run([*asked, "--max-scan-gb", "501"]) == errors.OTHER
    assert len(aws.queries) == 2


def test_a_query_is_no_longer_than_the_service_takes():
    names = [f"function-with-a-long-name-{i:02}" for i in range(50)]

    assert max(len(queries.lives(names, has_idle=True)), len(queries.uses(names))) < 10_000
