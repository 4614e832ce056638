"""The extension as a process, in every form it is shipped in, with a platform played to it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.player import Player

FORMS = ["source", "standalone"]


@pytest.fixture(params=FORMS)
def extension(request: pytest.FixtureRequest) -> Path:
    """The executable as it lies in a layer's `extensions/`."""
    layer = request.getfixturevalue(f"{request.param}_layer")
    return layer / "extensions" / "lambda-reuse"


@pytest.fixture
def play(extension: Path, tmp_path: Path) -> Iterator[Callable[..., Player]]:
    """Makes platforms; the processes beside them end with the test. They share one TMPDIR."""
    players = []

    def make(**options: object) -> Player:
        players.append(Player([str(extension)], tmp_path, **options).__enter__())
        return players[-1]

    yield make
    for player in players:
        player.__exit__()
