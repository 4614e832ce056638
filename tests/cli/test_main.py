"""The command as a user types it: answers, sentences and exit codes."""

import json
import os
import pty
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from reuse_cli import main
from reuse_cli.errors import ServiceError

from tests.cli.records import STARTED_MS, container, resource, write
from tests.line_schema import validator

pytestmark = pytest.mark.slow
COMMAND = [sys.executable, "-m", "reuse_cli"]
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


def run(*arguments: object, **options: object) -> subprocess.CompletedProcess:
    given = {"capture_output": True, "text": True, "env": ENVIRONMENT, **options}
    return subprocess.run([*COMMAND, *map(str, arguments)], check=False, **given)


@pytest.mark.parametrize("command", ["containers", "resources", "summary", "inits", "cost"])
@pytest.mark.parametrize("output", ["json", "csv", "md", "html", "table"])
def test_every_question_in_every_format(tmp_path, command, output):
    """JSON keeps its schema; nothing is said on stderr."""
    write(tmp_path / "log.jsonl", container(InitDuration=9.5), resource("tax", hits=1))

    done = run(command, "--source", tmp_path, "--output", output)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout
    if output == "json":
        validator(f"{command}.schema.json").validate(json.loads(done.stdout))


@pytest.mark.parametrize(
    "command",
    [
        "containers",
        "resources",
        "summary",
        "inits",
        "cost",
        "timeline",
        "what-if",
        "doctor",
        "report",
    ],
)
def test_a_record_that_lacks_something_costs_no_other(tmp_path, command):
    """A function's name, a resource's kind: the first is counted, the second is not needed."""
    good = {"InitDuration": 9.5, "Duration": [5.0], "total": {"invocations": 1}}
    again = resource("x", builds_in_invocations=9, recreated=8, recreated_ms=80.0, build_ms=90.0)
    lines = [container(**good), container("b", **good), again, resource("y")]
    lines[0] |= {"FunctionName": None}
    lines[2] |= {"kind": None}
    write(tmp_path / "log.jsonl", *lines)

    done = run(command, "--source", tmp_path)

    assert done.returncode == 0, done.stderr
    # Only the question that reads no containers does not meet it.
    assert ("1 line with records could not be read" in done.stderr) is (command != "resources")
    assert done.stdout


def test_a_function_may_be_called_as_a_file_is(tmp_path):
    """Where --source says what is to be read."""
    log = write(tmp_path / "log.jsonl", container("a", FunctionName="orders"))
    (tmp_path / "orders").touch()

    done = run("containers", "orders", "--source", log, "--output", "json", cwd=tmp_path)
    refused = run("containers", "orders", cwd=tmp_path)

    assert [row["function_name"] for row in json.loads(done.stdout)["containers"]] == ["orders"]
    assert refused.returncode == 252
    assert "to read it: --source orders" in refused.stderr


def test_a_folder_in_the_place_of_a_function(tmp_path):
    """Is refused where nothing tells of a function of its name: functions have folders of code."""
    (tmp_path / "orders").mkdir()
    home = {**ENVIRONMENT, "HOME": str(tmp_path)}

    refused = run("summary", "orders", cwd=tmp_path, env=home)
    write(tmp_path / ".lambda-reuse" / "log.jsonl", container("a", FunctionName="orders"))
    answered = run("summary", "orders", cwd=tmp_path, env=home)

    assert refused.returncode == 252
    assert "orders is a folder" in refused.stderr
    assert refused.stderr.endswith("--source orders\n")
    assert (answered.returncode, answered.stderr) == (0, "")


def test_a_table_needs_no_terminal(tmp_path):
    write(tmp_path / "log.jsonl", container("9c1f00aa11"))

    done = run("containers", "--source", tmp_path)

    assert done.returncode == 0
    assert done.stdout.splitlines()[1].startswith("9c1f00aa")
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["nonsense"], 252, "No such command 'nonsense'"),
        (["summry"], 252, "No such command 'summry'. Did you mean summary?"),
        (["containers", "--nonsense"], 252, "No such option"),
        (["containers", "--output", "xml"], 252, "'xml' is not one of"),
        (["containers", "--source", "nowhere"], 252, "there is no file or folder nowhere"),
        (["containers", "--source", "EMPTY"], 255, "there are no log files in"),
        (["containers", "--source", "FOREIGN"], 255, "there are no records of lambda-reuse in"),
        (
            ["containers", "nope", "--source", "GOOD"],
            252,
            "there are no records of nope; there are",
        ),
        (["containers", "GOOD"], 252, "is not the name of a function; to read it: --source "),
        (["summary", "s3://bucket/logs"], 252, "to read it: --source s3://bucket/logs"),
        (["containers", "--source", "GOOD", "--all"], 252, "either --source or --all"),
        (["containers", "--source", "GOOD", "--since", "x"], 252, "--since 'x' is not a time"),
        (["containers", "--source", "GOOD", "--until", ""], 252, "--until '' is not a time"),
        (["containers"], 252, "there is no local run in .lambda-reuse: `lambda-reuse local run`"),
        (["summary", "--source", "DAMAGED", "--fail-on", "errors > 0"], 255, "1 line with records"),
        (["summary", "--source", "GOOD", "--fail-on", "x > 1"], 252, "there is no field x"),
        (["summary", "--source", "GOOD", "--fail-on", ""], 252, "compare fields and numbers"),
        ([], 252, "Usage:"),
    ],
)
def test_bad_input_is_one_sentence_and_the_right_code(tmp_path, arguments, code, sentence):
    """252 for what was typed, 255 for what was found; never a traceback."""
    (tmp_path / "empty").mkdir()
    write(tmp_path / "foreign" / "log.txt", "START RequestId: 1")
    write(tmp_path / "good" / "log.txt", container())
    write(tmp_path / "damaged" / "log.txt", {"record": "container/1", "sequence": 1})
    names = ("EMPTY", "FOREIGN", "GOOD", "DAMAGED")
    places = {name: tmp_path / name.lower() for name in names}

    done = run(*[places.get(argument, argument) for argument in arguments], cwd=tmp_path)

    assert done.returncode == code
    assert sentence in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_help_is_whole_and_needs_no_library_of_the_answers():
    """Every command; a summary in the list of commands is never cut off."""
    for command in (
        "",
        "containers",
        "resources",
        "summary",
        "inits",
        "layer",
        "local",
        "local run",
    ):
        done = run(*command.split(), "--help")
        assert done.returncode == 0
        assert "Usage: lambda-reuse" in done.stdout
        assert "..." not in done.stdout.partition("Commands:")[2]
    done = run("--help", env={**ENVIRONMENT, "PYTHONPROFILEIMPORTTIME": "1"})
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "click" in imported
    assert not imported & {"duckdb", "boto3", "botocore", "rich", "altair", "aiohttp", "yaml"}


def test_fail_on_ends_with_1(tmp_path):
    """And names the rows for which it holds."""
    write(tmp_path / "log.jsonl", container(total={"invocations": 10, "cold_starts": 1}))
    command = ["summary", "--source", tmp_path, "--fail-on"]

    failed = run(*command, "cold_rate > 0.05")

    assert failed.returncode == 1
    assert "--fail-on 'cold_rate > 0.05' holds for 1 of 1: orders" in failed.stderr
    assert run(*command, "cold_rate > 0.5").returncode == 0


def test_standard_input_is_a_source(tmp_path):
    log = write(tmp_path / "log.jsonl", container())

    done = run("summary", "--source", "-", "--output", "csv", input=log.read_text())

    assert done.stdout.splitlines()[1].startswith("orders,1,")


@pytest.mark.parametrize("output", ["json", "table"])
def test_a_reader_that_has_seen_enough_is_no_failure(tmp_path, output):
    """As with `| head`."""
    write(tmp_path / "log.jsonl", *[container(f"{i:032x}") for i in range(3000)])
    done = subprocess.run(
        f"{' '.join(COMMAND)} containers --source {tmp_path} --output {output} | head -1;"
        "exit ${PIPESTATUS[0]}",
        shell=True, executable="/bin/bash", capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert len(done.stdout.splitlines()) == 1
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("question", ["containers", "timeline --limit 3000"])
def test_a_condition_counts_where_the_reader_has_seen_enough(tmp_path, question):
    """As with `| head` in a build: the answer is longer than a pipe holds."""
    write(tmp_path / "log.jsonl", *[container(f"{i:032x}") for i in range(3000)])
    done = subprocess.run(
        f"{' '.join(COMMAND)} {question} --source {tmp_path} --output json"
        " --fail-on 'function_name == \"orders\"' | head -1; exit ${PIPESTATUS[0]}",
        shell=True, executable="/bin/bash", capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert len(done.stdout.splitlines()) == 1
    assert (done.returncode, "holds for 3000 of 3000" in done.stderr) == (1, True)


@pytest.mark.parametrize("arguments", [["--help"], ["summary", "--source", "LOG"]])
def test_a_reader_that_is_gone_is_no_failure(tmp_path, arguments):
    """Before a line was written, so that nothing fits into the pipe."""
    log = str(write(tmp_path / "log.jsonl", container()))
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as output:
        done = run(
            *[log if argument == "LOG" else argument for argument in arguments],
            capture_output=False, stdout=output, stderr=subprocess.PIPE,
        )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("errors", "code"),
    [
        ([BrokenPipeError()], 0),
        ([ValueError("x"), BrokenPipeError()], 0),
        ([BrokenPipeError(), ServiceError("no")], 254),
        ([ExceptionGroup("inner", [BrokenPipeError()])], 0),
        ([ValueError("a\x1b[2Jb")], 255),
    ],
)
def test_a_group_of_failures_is_one(monkeypatch, capsys, errors, code):
    """Tasks fail together; what the user should know comes first."""

    def fail(*_args, **_options):
        raise ExceptionGroup("unhandled errors in a TaskGroup", errors)

    monkeypatch.setattr(main.cli, "main", fail)
    monkeypatch.setattr(main.output, "forget", lambda: None)

    assert main.run([]) == code
    said = capsys.readouterr().err
    assert "\x1b" not in said
    assert "Traceback" not in said


def test_a_full_disk_is_one_sentence(tmp_path):
    """Nothing of Python's is left to say when the process ends."""
    write(tmp_path / "log.jsonl", *[container(f"{i:032x}") for i in range(300)])
    with open("/dev/full", "w") as full:
        done = run("containers", "--source", tmp_path, capture_output=False, stdout=full,
                   stderr=subprocess.PIPE)  # fmt: skip

    assert done.returncode == 255
    assert done.stderr == (
        "lambda-reuse: the output could not be written: No space left on device\n"
    )


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "iso8859-15"])
def test_a_terminal_of_few_letters_shows_escapes(tmp_path, encoding):
    """Thousands have a plain space there."""
    write(
        tmp_path / "log.jsonl",
        container(total={"invocations": 12_345}),
        container("日本", FunctionName="größe", total={"invocations": 1}),
    )

    done = run("containers", "--source", tmp_path, text=False,
               env={**ENVIRONMENT, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"})  # fmt: skip

    assert done.returncode == 0, done.stderr
    text = done.stdout.decode(encoding)
    assert "12 345" in text
    assert r"\u65e5\u672c" in text


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_a_terminal_is_as_wide_as_it_is(tmp_path, columns):
    """What is left out is said; nothing is wider than the terminal but that line."""
    write(tmp_path / "log.jsonl", container("9c1f00aa11", total={"invocations": 5}))
    leader, follower = pty.openpty()
    environment = {**ENVIRONMENT, "COLUMNS": str(columns), "LINES": "24", "NO_COLOR": "1"}
    done = run("containers", "--source", tmp_path, capture_output=False, stdout=follower,
               stderr=subprocess.PIPE, env=environment)  # fmt: skip
    os.close(follower)
    lines = os.read(leader, 65536).decode().replace("\r\n", "\n").splitlines()
    os.close(leader)

    assert (done.returncode, done.stderr) == (0, "")
    assert max(map(len, lines[:2])) <= columns
    assert any(line.startswith("Not shown at this width:") for line in lines) == (columns == 40)


def test_interrupted_is_130(tmp_path):
    """While it waits for standard input."""
    process = subprocess.Popen(
        [*COMMAND, "summary", "--source", "-"], stdin=subprocess.PIPE, stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    process.stdin.write(b"{" * (1 << 21))  # more than a pipe holds: it is being read
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()

    assert process.returncode == 130
    assert b"Traceback" not in said


def test_sql_answers_any_question(tmp_path):
    """In every format; the records are there with all their fields."""
    write(tmp_path / "log.jsonl", container(Invocations=3), container("b", Invocations=4))
    query = 'select sum("Invocations") as n, max(total.hits) as n, 1.5 as x from container_records'

    done = run("sql", query, "--source", tmp_path, "--output", "json")

    assert json.loads(done.stdout) == {"version": 1, "rows": [{"n": 7, "n_2": 0, "x": 1.5}]}
    table = run("sql", query, "orders", "--source", tmp_path).stdout
    assert table.split() == ["n", "n_2", "x", "7", "0", "1.5"]
    failed = run("sql", query, "--source", tmp_path, "--fail-on", "n > 6")
    assert failed.returncode == 1
    assert "holds for 1 of 1: 7 0" in failed.stderr  # no name: the first values


def test_nothing_of_a_time_is_said(tmp_path):
    """An answer without rows, and a sentence that says what to do."""
    log = write(tmp_path / "log.jsonl", container())

    done = run("summary", "--source", log, "--until", "2020-01-01T00:00Z", "--output", "json")

    assert (done.returncode, json.loads(done.stdout)) == (0, {"version": 1, "functions": []})
    assert done.stderr == (
        f"lambda-reuse: there are no records of lambda-reuse in {log} until 2020-01-01 00:00 UTC;"
        " --since and --until ask about another time\n"
    )


def test_sql_of_a_part_of_the_time(tmp_path):
    """Every table has only what touches it."""
    log = write(
        tmp_path / "log.jsonl",
        *(container("a", sequence) for sequence in (1, 2, 3)),
        *(resource("tax", sequence=sequence) for sequence in (1, 2, 3)),
        *({"record": "init/1", "FunctionName": "orders", "container_id": "a", "sequence": number,
           "start_ms": STARTED_MS + number * 60_000} for number in (1, 2, 3)),
    )  # fmt: skip
    query = " union all ".join(
        f"select list(sequence order by sequence) as found from {table}"
        for table in ("container_records", "resource_records", "init_records")
    )
    since = datetime.fromtimestamp(STARTED_MS / 1000 + 100, UTC).isoformat()

    done = run("sql", query, "--source", log, "--output", "json", "--since", since)

    assert [row["found"] for row in json.loads(done.stdout)["rows"]] == [[2, 3]] * 3


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("select nope from container_records", 'Referenced column "nope" not found'),
        ("selec 1", "syntax error"),
        ("drop table container_records", "give one SELECT statement"),
        ("copy container_records to 'x.csv'", "give one SELECT statement"),
        ("select 1; select 2", "give one SELECT statement"),
        ("", "give one SELECT statement"),
        ("select * from read_text('/etc/hostname')", "disabled by configuration"),
        ("set enable_external_access = true", "give one SELECT statement"),
    ],
)
def test_sql_reads_only(tmp_path, query, sentence):
    """A mistake is pointed at; files are out of reach."""
    write(tmp_path / "log.jsonl", container())

    done = run("sql", query, "--source", tmp_path)

    assert (done.returncode, done.stdout) == (252, "")
    assert sentence in done.stderr
