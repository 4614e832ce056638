"""The command as a user types it: answers, sentences and exit codes."""

import json
import subprocess
import sys

import pytest

from tests.cli.records import container, write
from tests.line_schema import validator

pytestmark = pytest.mark.slow


def run(*arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "reuse_cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={"COLUMNS": "80", "PATH": "/usr/bin:/bin"},
    )


def test_an_answer_in_json_keeps_its_schema(tmp_path):
    write(tmp_path / "log.jsonl", container())

    done = run("containers", "--source", tmp_path, "--output", "json")

    assert (done.returncode, done.stderr) == (0, "")
    validator("containers.schema.json").validate(json.loads(done.stdout))


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
        (["containers", "--nonsense"], 252, "No such option"),
        (["containers", "--output", "xml"], 252, "'xml' is not one of"),
        (["containers", "--source", "nowhere"], 252, "there is no file or folder nowhere"),
        (["containers", "--source", "cloudwatch"], 252, "cannot be read from CloudWatch yet"),
        (["containers", "--source", "EMPTY"], 255, "there are no log files in"),
        (["containers", "--source", "FOREIGN"], 255, "there are no records of lambda-reuse in"),
        ([], 252, "Usage:"),
    ],
)
def test_bad_input_is_one_sentence_and_the_right_code(tmp_path, arguments, code, sentence):
    """252 for what was typed, 255 for what was found; never a traceback."""
    (tmp_path / "empty").mkdir()
    write(tmp_path / "foreign" / "log.txt", "START RequestId: 1")
    places = {"EMPTY": tmp_path / "empty", "FOREIGN": tmp_path / "foreign"}

    done = run(*[places.get(argument, argument) for argument in arguments])

    assert done.returncode == code
    assert sentence in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_help_is_told_by_every_command():
    """And comes without the libraries that only the answers need."""
    assert run("--help").returncode == 0
    for command in ("containers", "resources", "local", "local run", "local serve"):
        done = run(*command.split(), "--help")
        assert done.returncode == 0
        assert "Usage: lambda-reuse" in done.stdout


def test_a_reader_that_has_seen_enough_is_no_failure(tmp_path):
    """As with `| head`."""
    write(tmp_path / "log.jsonl", *[container(f"{i:032x}") for i in range(3000)])
    done = subprocess.run(
        f"{sys.executable} -m reuse_cli containers --source {tmp_path} --output json | head -1",
        shell=True, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.stdout == "{\n"
    assert done.stderr == ""
