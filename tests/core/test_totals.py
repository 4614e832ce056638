"""Running totals: sums of records, with the units of their names."""

from reuse_extension.core.container_fields import TOTAL_FIELDS
from reuse_extension.core.totals import NAMES, ContainerTotals

RECORD = {
    "Invocations": 3, "errors": 1, "InitDuration": 400_000, "Duration": [5_000, 6_000],
    "TimeSaved": 7_000, "sequence": 4, "function_errors": None,
}  # fmt: skip


def test_records_are_summed_up():
    """Every total is the sum of what the records report."""
    totals = ContainerTotals()
    for _ in range(2):
        totals.add(RECORD, 13)

    found = {name: value for name, value in totals.values.items() if value}
    assert found == {
        "invocations": 6, "errors": 2, "init_us": 800_000, "duration_us": 22_000,
        "saved_us": 14_000, "billed_ms": 26, "records": 4,
    }  # fmt: skip


def test_function_errors_are_absent_until_somebody_observes():
    totals = ContainerTotals()
    totals.add(RECORD, 0)
    assert totals.as_fields()["function_errors"] is None

    totals.add({**RECORD, "function_errors": 0}, 0)
    totals.add({**RECORD, "function_errors": 2}, 0)
    assert totals.as_fields()["function_errors"] == 2


def test_the_fields_are_those_of_the_catalogue():
    """In its order, by its names; inside, the units are what the names say."""
    assert list(ContainerTotals().as_fields()) == [field.name for field in TOTAL_FIELDS]
    assert [name for name in NAMES if name.endswith("_ms")] == ["billed_ms"]


def test_another_process_goes_on():
    """Totals are the same after the state file."""
    before, after = ContainerTotals(), ContainerTotals()
    before.add(RECORD, 13)
    after.restore(before.snapshot())

    assert after.values == before.values
