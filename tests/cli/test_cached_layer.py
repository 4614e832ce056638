"""The layer of the sources is made once: the next run takes it as it is."""

import os
from pathlib import Path

import pytest
from reuse_cli.layers import cached_layer
from reuse_cli.layers.cached_layer import KEPT


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "lambda-reuse"


def test_it_is_made_once(cache: Path, tmp_path: Path) -> None:
    """With its byte code, for which Python looks by the time of the source."""
    first = cached_layer.cached_layer(tmp_path / "other")
    made = (first / "python").stat().st_mtime_ns
    second = cached_layer.cached_layer(tmp_path / "other")

    assert first == second
    assert first.parent == cache
    assert (second / "python").stat().st_mtime_ns == made
    assert os.access(first / "extensions" / "lambda-reuse", os.X_OK)
    assert list(first.glob("lambda-reuse/reuse_extension/__pycache__/main.*.pyc"))
    assert list(first.glob("python/lambda_reuse/__pycache__/__init__.*.pyc"))
    assert not (tmp_path / "other").exists()


@pytest.mark.slow
def test_other_sources_make_another_one(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the oldest go, when there are many."""
    made = []
    for n in range(KEPT + 2):
        monkeypatch.setattr(cached_layer, "_digest", lambda n=n: f"{n:016}")
        made.append(cached_layer.cached_layer(tmp_path / "other"))
        os.utime(made[-1], (n, n))

    assert sorted(cache.iterdir()) == made[2:]


@pytest.mark.parametrize("obstacle", ["file", "no home"])
def test_where_nothing_can_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, obstacle: str
) -> None:
    """It is made for this run alone."""
    (tmp_path / "file").touch()
    if obstacle == "file":
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    else:
        monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
        monkeypatch.setattr(Path, "home", _no_home)

    layer = cached_layer.cached_layer(tmp_path / "other")

    assert layer == tmp_path / "other"
    assert (layer / "extensions" / "lambda-reuse").is_file()


def _no_home() -> Path:
    raise RuntimeError("Could not determine home directory.")
