"""The variables of the command line: where they come from and which wins."""

from pathlib import Path

import pytest
from reuse_cli.errors import ConfigurationError, UsageError
from reuse_cli.local.environment import credentials_of, given_variables, read_file


def test_a_file_of_variables(tmp_path: Path) -> None:
    """As such files are written for docker, for shells and by editors."""
    file = tmp_path / ".env"
    file.write_text(
        "\ufeff# comment\n\nA=1\nexport B = two words \nC='quoted # 3'\nD=\"x\"\nE=\nF=a=b\r\nG='\n"
    )

    assert read_file(file) == {
        "A": "1", "B": "two words", "C": "quoted # 3", "D": "x", "E": "", "F": "a=b", "G": "'",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"A=1\nB\n", "line 2 of .* is not NAME=VALUE"),
        (b"=1\n", "line 1 of .* is not NAME=VALUE"),
        (b"\xff\xfe", "is not a text file in UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes, sentence: str) -> None:
    """A value is never shown: it may be a secret."""
    file = tmp_path / ".env"
    file.write_bytes(content)

    with pytest.raises(UsageError, match=sentence):
        read_file(file)


def test_which_wins(tmp_path: Path) -> None:
    """What is said on the command line itself, then what is passed on, then the files in order."""
    first, second = tmp_path / "1", tmp_path / "2"
    first.write_text("A=1\nB=1\nC=1\nD=1\n")
    second.write_text("B=2\nC=2\nD=2\n")
    terminal = {"C": "terminal", "D": "terminal", "OTHER": "secret"}

    assert given_variables([first, second], ["C", "D"], ["D=given", "E=a=b"], terminal) == {
        "A": "1", "B": "2", "C": "terminal", "D": "given", "E": "a=b",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("passed", "given", "sentence"),
    [
        (["GONE"], [], "--pass-env GONE: there is no such variable"),
        ([], ["A"], "--env takes NAME=VALUE, not A"),
        ([], ["=x"], "--env takes NAME=VALUE"),
    ],
)
def test_what_is_refused(passed: list[str], given: list[str], sentence: str) -> None:
    """Variables that are not there, and arguments that are not NAME=VALUE."""
    with pytest.raises(UsageError, match=sentence):
        given_variables([], passed, given, {})


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three profiles of this user: with a token, without one, and without credentials."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    credentials, config = tmp_path / "credentials", tmp_path / "config"
    credentials.write_text(
        "[whole]\naws_access_key_id = K\naws_secret_access_key = S\naws_session_token = T\n"
        "[plain]\naws_access_key_id = K2\naws_secret_access_key = S2\n"
    )
    config.write_text("[profile plain]\nregion = eu-west-3\n[profile none]\nregion = eu-west-1\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    credentials_of.cache_clear()


@pytest.mark.usefixtures("profiles")
def test_credentials_of_a_profile() -> None:
    """Without a token there is none: a dummy one would make every call fail."""
    assert credentials_of("whole") == (
        {"AWS_ACCESS_KEY_ID": "K", "AWS_SECRET_ACCESS_KEY": "S", "AWS_SESSION_TOKEN": "T"},
        None,
    )
    assert credentials_of("plain") == (
        {"AWS_ACCESS_KEY_ID": "K2", "AWS_SECRET_ACCESS_KEY": "S2"},
        "eu-west-3",
    )


@pytest.mark.usefixtures("profiles")
@pytest.mark.parametrize("profile", ["gone", "none"])
def test_a_profile_without_credentials(profile: str) -> None:
    """It is named, whether it exists or not."""
    with pytest.raises(ConfigurationError, match=f"--aws-profile {profile}: "):
        credentials_of(profile)
