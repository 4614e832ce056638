"""`lambda-reuse dashboard put` against moto's server, through the real boto3."""

import json
from pathlib import Path

import boto3
import pytest
from click.testing import CliRunner
from reuse_cli import errors
from reuse_cli.main import cli, run
from reuse_dashboards import fleet, function

pytestmark = pytest.mark.slow


@pytest.fixture
def cloudwatch(account: str):
    """CloudWatch of an empty account; the command finds the same one."""
    return boto3.client("cloudwatch")


def body_of(cloudwatch, name: str) -> dict:
    return json.loads(cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"])


def test_both_read_back_equal(cloudwatch, capsys: pytest.CaptureFixture[str]) -> None:
    """In the region that they are put into; a second time nothing changes."""
    assert run(["dashboard", "put", "--yes"]) == errors.FINE
    for dashboard in (fleet, function):
        text = json.dumps(dashboard.dashboard()).replace('"REGION"', '"eu-west-1"')
        assert body_of(cloudwatch, dashboard.NAME) == json.loads(text)
    capsys.readouterr()
    assert run(["dashboard", "put", "--yes"]) == errors.FINE
    assert "lambda-reuse-fleet: nothing to change" in capsys.readouterr().out


def test_a_dry_run_changes_nothing(cloudwatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["dashboard", "put", "fleet", "--dry-run"]) == errors.FINE
    assert capsys.readouterr().out.startswith("+ lambda-reuse-fleet in eu-west-1: ")
    assert cloudwatch.list_dashboards()["DashboardEntries"] == []


def test_it_asks_and_shows_the_difference(cloudwatch) -> None:
    """Another name and log group; without a yes nothing happens."""
    arguments = ["dashboard", "put", "function", "--name", "mine", "--log-group", "/shared/logs"]
    refused = CliRunner().invoke(cli, arguments, input="n\n")
    assert "Apply these changes?" in refused.output
    assert cloudwatch.list_dashboards()["DashboardEntries"] == []
    assert CliRunner().invoke(cli, arguments, input="y\n").exit_code == 0
    assert "'/shared/logs'" in json.dumps(body_of(cloudwatch, "mine"))
    changed = CliRunner().invoke(cli, [*arguments[:-1], "/other/logs", "--dry-run"])
    assert any(
        line.startswith("-") and "/shared/logs" in line for line in changed.output.split("\n")
    )
    assert any(
        line.startswith("+") and "/other/logs" in line for line in changed.output.split("\n")
    )


def test_a_body_of_ones_own(cloudwatch, tmp_path: Path) -> None:
    """It is put as it is, or refused with every reason and its place."""
    sound, broken = tmp_path / "sound.json", tmp_path / "broken.json"
    widget = {"type": "text", "properties": {"markdown": "hello"}}
    sound.write_text(json.dumps({"widgets": [widget]}))
    broken.write_text(json.dumps({"widgets": [{"type": "graph"}]}))

    assert run(["dashboard", "put", "--body", str(sound), "--name", "own", "--yes"]) == errors.FINE
    assert body_of(cloudwatch, "own") == {"widgets": [widget]}
    assert (
        run(["dashboard", "put", "--body", str(broken), "--name", "own", "--yes"]) == errors.USAGE
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--body", "{file}"], "--body needs --name"),
        (["fleet", "--body", "{file}", "--name", "x"], "--body needs --name"),
        (["--name", "x"], "--name needs a dashboard"),
        (["--body", "{file}", "--name", "x"], "is not JSON"),
    ],
)
def test_odd_uses(
    tmp_path: Path, arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Arguments that do not fit together are refused in a sentence."""
    file = tmp_path / "body.json"
    file.write_text("{")
    filled = [argument.replace("{file}", str(file)) for argument in arguments]

    assert run(["dashboard", "put", *filled]) == errors.USAGE
    assert says in capsys.readouterr().err


def test_without_credentials(
    cloudwatch, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence, and the code for configuration."""
    monkeypatch.setenv("AWS_PROFILE", "nobody")

    assert run(["dashboard", "put", "fleet"]) == errors.CONFIGURATION
    assert "AWS is not set up on this machine" in capsys.readouterr().err
