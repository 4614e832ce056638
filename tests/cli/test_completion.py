"""The list of commands, and what shells complete, without importing what answers."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete
from reuse_cli import main
from reuse_cli.commands.completion import SHELLS
from reuse_cli.lazy_group import LazyGroup

NOT_AT_START = {"duckdb", "boto3", "botocore", "rich", "altair", "aiohttp", "yaml"}


def completions(*words: str) -> list[str]:
    """What may follow these words; the last is the beginning of one."""
    complete = ShellComplete(main.cli, {}, "lambda-reuse", "_LAMBDA_REUSE_COMPLETE")
    return [item.value for item in complete.get_completions(list(words[:-1]), words[-1])]


@pytest.mark.parametrize("name", LazyGroup.places)
def test_summaries_are_those_of_the_commands(name: str) -> None:
    """They stand in the group, so that the list of commands needs none of them."""
    command = main.cli.get_command(click.Context(main.cli), name)

    assert command is not None
    assert command.name == name
    assert LazyGroup.places[name].summary == command.get_short_help_str(limit=100)


def test_no_command_imports_what_it_does_not_need_yet() -> None:
    """The list of commands imports none of them, and none of them imports what answers."""
    code = (
        "import sys, click; from reuse_cli import main; main.run(['--help'])\n"
        "early = [n for n in sys.modules if n.startswith('reuse_cli.commands')]\n"
        "for name in main.cli.places: main.cli.get_command(click.Context(main.cli), name)\n"
        "print(early, sorted({n.partition('.')[0] for n in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )  # fmt: skip
    early, _, loaded = done.stderr.partition("] [")

    assert early == "["
    assert "reuse_cli" in loaded
    assert [name for name in NOT_AT_START if f"'{name}'" in loaded] == []


def test_commands_options_and_values() -> None:
    """A name by its beginning; an option's choices."""
    assert completions("co") == ["compare", "completion", "containers", "cost"]
    assert "--fail-on" in completions("summary", "--f")
    assert completions("timeline", "--output", "s") == ["svg"]
    assert completions("what-if", "--regime", "") == ["fixed-10-min", "aws-before-2019-07"]
    assert completions("local", "ru") == ["run"]


def test_functions_of_the_newest_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose logs are there; none where nothing was run."""
    monkeypatch.chdir(tmp_path)
    assert completions("summary", "") == []
    for name in ("orders", "checkout"):
        (tmp_path / ".lambda-reuse/2026-11-26T01-00-07.123Z-x/logs" / name).mkdir(parents=True)
    assert completions("summary", "") == ["checkout", "orders"]
    assert completions("summary", "orders", "c") == ["checkout"]


def test_profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of both files of the AWS configuration; what is no such file is passed over."""
    (tmp_path / "config").write_text("[default]\nregion = x\n[profile test]\n")
    (tmp_path / "credentials").write_text("[team]\naws_access_key_id = x\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    assert completions("summary", "--profile", "") == ["default", "team", "test"]
    assert completions("summary", "--profile", "te") == ["team", "test"]
    (tmp_path / "config").write_text("nonsense")
    assert completions("summary", "--profile", "") == ["team"]


def test_sources_are_files_or_cloudwatch() -> None:
    """The shell itself completes files."""
    assert completions("summary", "--source", "cl") == ["cloudwatch", "cl"]
    assert completions("summary", "--source", "./") == ["./"]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_for_each_shell(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It names the command and asks it for what may follow."""
    assert main.run(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert f"_LAMBDA_REUSE_COMPLETE={shell}_complete" in script
    assert main.run(["completion", "tcsh"]) == 252


def test_bash_completes() -> None:
    """The script, in a bash without any other completion."""
    script = (
        'eval "$(lambda-reuse completion bash)"; COMP_WORDS=(lambda-reuse timel); COMP_CWORD=1;'
        ' _lambda_reuse_completion lambda-reuse; echo "${COMPREPLY[*]}"'
    )
    path = f"{Path(sys.executable).parent}:{os.defpath}"
    done = subprocess.run(
        ["bash", "--norc", "-c", script], env={"PATH": path}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip

    assert (done.stdout, done.stderr) == ("timeline\n", "")
