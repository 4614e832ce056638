"""Phases: named stretches of the init."""

import pytest
from lambda_reuse import invocation, page_format, phase

from tests.helper.parts import DownError, page_on_disk


def test_name_start_and_duration(monkeypatch):
    """They are written when the block is left."""
    monkeypatch.setattr("time.time", lambda: 1700000000.5)
    times = iter([1_000_000, 4_500_000])
    monkeypatch.setattr("time.perf_counter_ns", lambda: next(times))
    with phase("imports"):
        pass

    assert page_on_disk().phases == [page_format.Phase("imports", 1700000000500, 3500, 0)]


def test_an_error_passes_and_is_marked():
    """The block's error is not ours."""
    with pytest.raises(ImportError), phase("imports"):
        raise ImportError
    assert page_on_disk().phases[0].failed == 1


def test_nested_and_used_again():
    """One object may be entered in itself, and after itself; they are written as they end."""
    outer, inner = phase("outer"), phase("inner")
    with outer, inner, outer:
        pass
    with inner:
        pass
    assert [p.name for p in page_on_disk().phases] == ["outer", "inner", "outer", "inner"]


def test_more_than_there_is_room_for(monkeypatch):
    """The 16th and all later ones are added up as "(other)"."""
    clock = iter(range(0, 1_000_000_000, 5_000))  # every phase takes 5 us
    monkeypatch.setattr("time.perf_counter_ns", lambda: next(clock))
    for number in range(20):
        with phase(f"phase {number}"):
            pass
    with pytest.raises(DownError), phase("last"):
        raise DownError
    phases = page_on_disk().phases

    assert len(phases) == page_format.PHASES
    assert phases[14].name == "phase 14"
    assert (phases[15].name, phases[15].duration_us, phases[15].failed) == ("(other)", 30, 1)


def test_after_the_init():
    """Once the handler runs, there is no init to report."""
    with phase("imports"):
        pass
    invocation.begin("id")
    with phase("handler"):
        pass
    assert [p.name for p in page_on_disk().phases] == ["imports"]
