"""What `local run` and `local serve` show while they run, and `local logs` afterwards."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

from tests.cli.test_local import command, local
from tests.sandbox.patience import before_long

pytestmark = pytest.mark.slow

TALKS = """
import sys
def handler(event, context):
    print("got", event)
    print("red \\x1b[31m", file=sys.stderr)
    if event.get("fails"):
        raise ValueError("two\\nlines")
    return {"answer": event, "long": "x" * 200}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(TALKS)
    return tmp_path


def on_a_terminal(folder: Path, *arguments: object) -> str:
    """What the command prints where its stdout is a terminal of 60 columns."""
    ours, theirs = pty.openpty()
    parts = []

    def read() -> None:
        try:
            while part := os.read(ours, 65536):
                parts.append(part)
        except OSError:  # the other end is closed
            pass

    reader = threading.Thread(target=read)
    reader.start()
    environment = {"COLUMNS": "60", "PATH": os.environ["PATH"], "NO_COLOR": "1"}
    subprocess.run(
        command(*arguments), stdout=theirs, stderr=subprocess.DEVNULL, cwd=folder, check=False,
        env={**environment, "TMPDIR": str(folder), "TERM": "xterm"},
    )  # fmt: skip
    os.close(theirs)
    reader.join()
    os.close(ours)
    return b"".join(parts).decode().replace("\r\n", "\n")


def test_one_answer_is_shown_in_whole(folder: Path) -> None:
    """With its request id, its container as the table names it, and how it went."""
    shown = on_a_terminal(folder, "run", "app.py:handler", "--event", '{"n": 1}')

    request, container, status, *response = shown.partition("\n\n")[0].splitlines()
    assert re.fullmatch(r"request    [0-9a-f-]{36}", request)
    assert re.fullmatch(r"status     success, [\d.]+ ms, cold start", status)
    assert json.loads("\n".join(response)) == {"answer": {"n": 1}, "long": "x" * 200}
    assert f"\n{container.split()[1]} " in shown.partition("\n\n")[2]


def test_many_answers_are_lines(folder: Path) -> None:
    """Cut to the terminal; errors by their message, in one line."""
    events = ["--event", '{"n": 1}', "--event", '{"fails": 1}']
    shown = on_a_terminal(folder, "run", "app.py:handler", *events)

    first, second, *_ = shown.splitlines()
    assert re.match(r'[0-9a-f]{8}  [0-9a-f]{8}  success +[\d.]+ ms  cold  {"answ', first)
    assert len(first) == 60
    assert re.match(r"[0-9a-f]{8}  [0-9a-f]{8}  error +[\d.]+ ms +ValueError", second)


@pytest.mark.parametrize("quiet", [["--quiet"], ["--output", "table"]])
def test_answers_that_are_not_shown(folder: Path, quiet: list[str]) -> None:
    """With --quiet, and where there is no terminal: the table alone."""
    arguments = ["run", "app.py:handler", *quiet]
    shown = (
        on_a_terminal(folder, *arguments)
        if "--quiet" in quiet
        else local(folder, *arguments).stdout
    )

    assert shown.startswith("container")
    assert '"answer"' not in shown
    assert "success" not in shown


def test_a_reader_that_has_seen_enough(folder: Path) -> None:
    """As with `| head`: no traceback, and no container is left."""
    line = " ".join(command("run", "app.py:handler", "--count", 50, "--output", "json"))
    done = subprocess.run(
        f"{line} | head -1", shell=True, cwd=folder, capture_output=True, text=True, check=False
    )

    assert json.loads(done.stdout)["status"] == "success"
    assert done.stderr.count("\n") == 1
    assert "not enforced" in done.stderr


def test_logs(folder: Path) -> None:
    """What containers printed, by time; of one container; of every run; records where asked for."""
    for n in (1, 2):
        done = local(folder, "run", "app.py:handler", "--event", json.dumps({"n": n}))
        assert done.returncode == 0

    newest, every = local(folder, "logs").stdout, local(folder, "logs", "--all").stdout
    lines = newest.splitlines()
    container = done.stdout.splitlines()[1].split()[0]

    assert all(re.match(rf"\d\d:\d\d:\d\d\.\d{{3}}  {container}  ", line) for line in lines)
    assert [line for line in lines if line.endswith("got {'n': 2}")]
    assert "REPORT RequestId" in newest
    assert "{'n': 1}" not in newest
    assert "{'n': 1}" in every
    assert "_aws" not in newest
    assert '"record":"container/1"' in local(folder, "logs", "--records").stdout
    assert local(folder, "logs", container[:4]).stdout == newest
    gone = local(folder, "logs", "zz")
    assert (gone.returncode, f"there are {container}" in gone.stderr) == (252, True)


def test_logs_where_there_are_none(tmp_path: Path) -> None:
    """One sentence."""
    done = local(tmp_path, "logs")

    assert done.returncode == 255
    assert done.stderr == "lambda-reuse: there are no logs in .lambda-reuse\n"


@contextmanager
def serving(folder: Path, *arguments: object) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """(address, process) of `local serve`; it is killed where the test has not ended it."""
    with subprocess.Popen(
        command("serve", "app.py:handler", "--port", 0, *arguments), cwd=folder, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={"COLUMNS": "100", "PATH": os.environ["PATH"], "TMPDIR": str(folder)},
    ) as process:  # fmt: skip
        try:
            printed = ""
            while "answers at" not in printed:
                printed = process.stderr.readline()
                assert printed, "it has ended"
            yield re.search(r"http://\S+", printed)[0], process
        finally:
            process.kill()


def client(address: str) -> object:
    return boto3.client(
        "lambda", endpoint_url=address, region_name="us-east-1", aws_access_key_id="a",
        aws_secret_access_key="b", config=Config(retries={"total_max_attempts": 1}),
    )  # fmt: skip


def name_of(folder: Path) -> str:
    """The function is called after the folder."""
    return folder.name


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_serve(folder: Path, number: signal.Signals, code: int) -> None:
    """A line a request; whatever ends it, containers get their end and the table is shown."""
    with serving(folder) as (address, process):
        for event in ('{"n": 1}', '{"fails": 1}'):
            client(address).invoke(FunctionName=name_of(folder), Payload=event)
        lines = [process.stdout.readline() for _ in range(2)]
        process.send_signal(number)
        rest, printed = process.communicate()

    assert re.match(r'[0-9a-f]{8}  [0-9a-f]{8}  success .* cold  {"answer": {"n": 1}', lines[0])
    assert re.match(r"[0-9a-f]{8}  [0-9a-f]{8}  error .* ValueError: two lines", lines[1])
    assert process.returncode == code
    assert "Traceback" not in printed
    row = rest.splitlines()[1].split()
    assert (row[0], row[-1]) == (lines[0].split()[1], "spindown")


def test_logs_that_are_followed(folder: Path) -> None:
    """They come while the function is served, and go over to the next run."""
    found: list[str] = []
    with subprocess.Popen(
        command("logs", "--follow"), cwd=folder, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as following:  # fmt: skip
        reader = threading.Thread(target=lambda: found.extend(following.stdout))
        reader.start()
        for n in (1, 2):
            with serving(folder) as (address, process):
                client(address).invoke(FunctionName=name_of(folder), Payload=json.dumps({"n": n}))
                wanted = f"got {{'n': {n}}}\n"
                before_long(lambda: any(line.endswith(wanted) for line in found))  # noqa: B023
                process.terminate()
                process.communicate()
        following.send_signal(signal.SIGINT)
        reader.join()

    assert following.returncode == 130
    assert [line[24:] for line in found if "got" in line] == ["got {'n': 1}\n", "got {'n': 2}\n"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_end_from_outside_shows_the_table(
    folder: Path, number: signal.Signals, code: int
) -> None:
    """What there is by then; containers get their end."""
    with subprocess.Popen(
        command("run", "app.py:handler", "--duration", 1000, "--rate", 20), cwd=folder, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "TMPDIR": str(folder)},
    ) as running:  # fmt: skip
        has_begun = before_long(lambda: "got" in local(folder, "logs").stdout)
        running.send_signal(number)
        shown, printed = running.communicate()

    assert has_begun
    assert running.returncode == code
    assert shown.splitlines()[1].split()[-1] == "spindown"
    assert "Traceback" not in printed


SEES = """
import json, os
def handler(event, context):
    return dict(os.environ)
"""


def test_nothing_of_the_terminal_reaches_the_function(tmp_path: Path) -> None:
    """But what was given, passed on or read from a file; credentials are dummies."""
    (tmp_path / "app.py").write_text(SEES)
    (tmp_path / "vars").write_text("FILE=1\nBOTH=file\n")
    terminal = {
        "PATH": os.environ["PATH"], "TMPDIR": str(tmp_path), "SECRET": "terminal",
        "PASSED": "terminal", "AWS_ACCESS_KEY_ID": "AKIAREAL", "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_SESSION_TOKEN": "real", "AWS_PROFILE": "real", "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1", "AWS_ENDPOINT_URL": "http://real",
        "LAMBDA_REUSE_FLUSH": "invocation", "HOME": str(tmp_path), "VIRTUAL_ENV": "real",
    }  # fmt: skip
    done = subprocess.run(
        command("run", "app.py:handler", "--output", "json", "--env-file", "vars", "--pass-env",
                "PASSED", "--env", "GIVEN=1", "--env", "BOTH=env"),
        capture_output=True, text=True, check=True, cwd=tmp_path, env=terminal,
    )  # fmt: skip

    seen = json.loads(done.stdout)["response"]
    assert {name: seen.get(name) for name in ("FILE", "BOTH", "GIVEN", "PASSED")} == {
        "FILE": "1", "BOTH": "env", "GIVEN": "1", "PASSED": "terminal",
    }  # fmt: skip
    del seen["PASSED"]
    own = {value for name, value in terminal.items() if name not in ("PATH", "TMPDIR", "HOME")}
    assert not own & set(seen.values())
    assert not [value for value in seen.values() if str(tmp_path / ".aws") in value]
    assert seen["AWS_REGION"] == seen["AWS_DEFAULT_REGION"] == "us-east-1"
    assert "LAMBDA_REUSE_FLUSH" not in seen
    assert "HOME" not in seen


def test_real_credentials_are_said(tmp_path: Path) -> None:
    """With --aws-profile, on one line of stderr; the region is the profile's."""
    (tmp_path / "app.py").write_text(SEES)
    (tmp_path / "credentials").write_text(
        "[team]\naws_access_key_id = K\naws_secret_access_key = S\nregion = eu-north-1\n"
    )
    done = subprocess.run(
        command("run", "app.py:handler", "--output", "json", "--aws-profile", "team"),
        capture_output=True, text=True, check=True, cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path),
             "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials")},
    )  # fmt: skip

    seen = json.loads(done.stdout)["response"]
    assert (seen["AWS_ACCESS_KEY_ID"], seen["AWS_REGION"]) == ("K", "eu-north-1")
    assert "AWS_SESSION_TOKEN" not in seen
    printed = [line.partition(": ")[2] for line in done.stderr.splitlines()]
    assert f"{tmp_path.name}: it has the AWS credentials of the profile team" in printed


@pytest.mark.parametrize(
    ("source", "options", "code", "sentence"),
    [
        ("import sys\nsys.exit(3)\n", [], 2, "exit status 3"),
        ("raise RuntimeError('no')\n", ["--snap-start"], 2, "RuntimeError: no"),
        ("raise RuntimeError('no')\n", ["--proactive", "1"], 2, "RuntimeError: no"),
        ("import pytest\n", [], 253, "the function has the standard library, boto3"),
        ("import lambda_reuse\n", ["--without-extension"], 253, "No module named 'lambda_reuse'"),
        ("def handler(event, context):\n", [], 2, "Syntax error"),
    ],
)
def test_a_function_that_cannot_start(
    tmp_path: Path, source: str, options: list[str], code: int, sentence: str
) -> None:
    """In every form it ends the run early, with a code that is not the sandbox's own failure."""
    (tmp_path / "app.py").write_text(source)

    done = local(tmp_path, "run", "app.py:handler", "--count", 50, "--rate", 10, *options)

    assert sentence in done.stderr
    assert "the function cannot start" in done.stderr
    assert done.returncode == code
    logs = "".join(path.read_text() for path in tmp_path.glob(".lambda-reuse/*/logs/*/*"))
    assert logs.count("REPORT RequestId") <= 3


def test_some_invocations_that_fail(folder: Path) -> None:
    """The code says so, though others succeeded."""
    events = ["--event", "{}", "--event", '{"fails": 1}', "--event", "{}"]
    done = local(folder, "run", "app.py:handler", *events)

    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        "lambda-reuse: 1 of 3 invocations failed: ValueError: two lines"
    )


def test_a_layer_of_the_command_line(tmp_path: Path) -> None:
    """A folder of packages, over the product's own layer."""
    (tmp_path / "app.py").write_text(
        "import lambda_reuse, common\ndef handler(event, context): return common.answer\n"
    )
    (tmp_path / "flat").mkdir()
    (tmp_path / "flat" / "common.py").write_text("answer = 42\n")

    done = local(tmp_path, "run", "app.py:handler", "--layer", "flat", "--output", "json")

    assert json.loads(done.stdout)["response"] == 42
    assert "the layer flat has no python folder" in done.stderr


def test_another_interpreter_that_is_none(folder: Path) -> None:
    for python in ("nowhere", "app.py", "/bin/true"):
        done = local(folder, "run", "app.py:handler", "--python", python)

        assert done.returncode == 253
        assert f"--python {python}" in done.stderr


def test_stdin(folder: Path) -> None:
    """`--events -` reads events from standard input."""
    done = subprocess.run(
        command("run", "app.py:handler", "--events", "-", "--output", "json"), cwd=folder,
        input='[{"n": 1}, {"n": 2}]', capture_output=True, text=True, check=True,
    )  # fmt: skip

    answers = [json.loads(line)["response"]["answer"] for line in done.stdout.splitlines()]
    assert answers == [{"n": 1}, {"n": 2}]


@pytest.mark.parametrize("options", [[], ["--memory", "1769"], ["--managed", "2"]])
def test_records_come_while_it_serves(folder: Path, options: list[str]) -> None:
    """Every invocation is in them before the next one, and the function is frozen meanwhile."""

    def invocations() -> list[int]:
        done = subprocess.run(
            [sys.executable, "-m", "reuse_cli", "containers", "--output", "json"],
            capture_output=True, text=True, check=False, cwd=folder,
        )  # fmt: skip
        rows = json.loads(done.stdout)["containers"] if done.returncode == 0 else []
        return [row["invocations"] for row in rows]

    with serving(folder, *options) as (address, process):
        for n in (1, 2, 3):
            client(address).invoke(FunctionName=name_of(folder), Payload="{}")
            assert before_long(lambda: sum(invocations()) == n)  # noqa: B023
        process.terminate()
        process.communicate()


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_trace(folder: Path, log_format: str) -> None:
    """What the extension says of itself, on stderr: events, records, wrong settings."""
    options = ["--trace", "--env", "LAMBDA_REUSE_FLUSH=nonsense", "--log-format", log_format]
    done = local(folder, "run", "app.py:handler", *options)

    assert "LAMBDA_REUSE_FLUSH" in done.stderr
    assert "lambda-reuse DEBUG event RuntimeDone" in done.stderr
    assert "lambda-reuse DEBUG record container/1" in done.stderr
    assert "DEBUG" not in done.stdout
