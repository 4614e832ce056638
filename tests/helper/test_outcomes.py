"""Invocations and their errors have a slot of their own, where one is left."""

from lambda_reuse import counters, page_format
from lambda_reuse.testing import simulate

from tests.helper.parts import page_on_disk


def test_without_a_slot_of_its_own_nothing_is_counted(monkeypatch):
    """With too many resources the counts would be mixed with theirs."""
    simulate(lambda _event, _context: None, [0])
    uses = page_format.COUNTERS.index("uses")
    (before,) = [slot for slot in page_on_disk().slots if slot.kind == "invocations"]
    monkeypatch.setattr(counters.Counters, "has_own_slot", property(lambda _: False))
    simulate(lambda _event, _context: None, [0, 0])
    (after,) = [slot for slot in page_on_disk().slots if slot.kind == "invocations"]

    assert (before.counters[uses], after.counters[uses]) == (1, 1)
