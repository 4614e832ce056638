"""The extension as a process, in every form it is shipped in, with a platform played to it."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import MS
from tests.player import Player

FORMS = ["source", "standalone"]

LEFT_S = 6000 * MS
"""What a test needs of the minute in which it begins, on a busy machine too."""


@pytest.fixture(params=FORMS)
def extension(request: pytest.FixtureRequest) -> Path:
    """The executable as it lies in a layer's `extensions/`."""
    layer = request.getfixturevalue(f"{request.param}_layer")
    return layer / "extensions" / "lambda-reuse"


@pytest.fixture
def early_in_a_minute() -> None:
    """A new minute is a new record: where a test counts records, none begins within it."""
    left_s = 60 - time.time() % 60
    if left_s < LEFT_S:
        time.sleep(left_s)


@pytest.fixture
def play(
    early_in_a_minute: None, extension: Path, tmp_path: Path
) -> Iterator[Callable[..., Player]]:
    """Makes platforms; the processes beside them end with the test. They share one TMPDIR."""
    players = []

    def make(**options: object) -> Player:
        players.append(Player([str(extension)], tmp_path, **options).__enter__())
        return players[-1]

    yield make
    for player in players:
        player.__exit__()
