"""Records are built of closed periods and counters alone, and totals are their sums."""

from lambda_reuse import page_format
from reuse_extension.core import records
from reuse_extension.core.closed import Closed, ClosedInit
from reuse_extension.core.record_builder import RecordBuilder

from tests.core.test_resources import page, slot

COMMON = {"FunctionName": "orders", "init_type": "on-demand", "memory_mb": None}


def closed(**changes: object) -> Closed:
    values = {
        "instance_id": "stream",
        "started_ms": 1_000,
        "common_fields": {"runtime": "python:3.13", "memory_mb": 128},
        "from_ms": 2_000,
        "to_ms": 3_000,
        "counts": {"Invocations": 2},
        "values": {"Duration": [5_000, 7_000], "IdleTime": None},
        "billed_ms": 13,
        "init": None,
        "end": None,
        "is_over": False,
    }
    return Closed(**{**values, **changes})


def builder() -> RecordBuilder:
    return RecordBuilder(dict(COMMON), "generated")


def test_a_period_becomes_a_record():
    """Of the fields that are known, the environment's before the platform's."""
    (record,) = builder().build(closed())

    assert record.kind == records.CONTAINER
    assert record.timestamp_ms == 3_000
    values = record.values
    assert (values["container_id"], values["sequence"]) == ("stream", 1)
    assert (values["memory_mb"], values["runtime"]) == (128, "python:3.13")
    assert values["ContainerAge"] == 2_000
    assert values["total"]["duration_ms"] == 12_000  # thousandths, as all decimals
    assert values["total"]["billed_ms"] == 13


def test_a_record_has_its_resources_and_its_init_behind_it():
    """In this order, with one number."""
    built = builder()
    phases = (page_format.Phase("imports", 900, 700, 0),)
    built.read([("1-1.page", page(slot("tax", hits=3, first=1), phases=phases))])
    init = ClosedInit("init", 1_000, 400_000, "success", None)
    made = built.build(closed(init=init, values={"Duration": None, "InitDuration": 400_000}))

    assert [record.kind for record in made] == [records.CONTAINER, records.RESOURCE, records.INIT]
    assert {record.values["sequence"] for record in made} == {1}
    assert made[0].values["CacheHits"] == 3
    assert made[2].values["phases"][0]["name"] == "imports"
    assert built.totals.values["init_us"] == 400_000


def test_totals_are_the_sums_of_the_records():
    """Whatever is built in between."""
    built = builder()
    made = [built.build(closed(counts={"Invocations": i, "errors": 1}))[0] for i in (1, 2, 3)]

    assert [record.values["total"]["invocations"] for record in made] == [1, 3, 6]
    assert [record.values["total"]["errors"] for record in made] == [1, 2, 3]


def test_a_generated_id_gives_way_to_the_platforms():
    """And that stays, also where a period does not know it."""
    built = builder()
    ids = [
        built.build(closed(instance_id=name))[0].values["container_id"]
        for name in (None, "stream", None)
    ]

    assert ids == ["generated", "stream", "stream"]


def test_only_the_end_of_a_container_has_its_lifetime():
    """A reset may be one, or not."""
    (reset,) = builder().build(closed(end="timeout"))
    (over,) = builder().build(closed(end="spindown", is_over=True))
    (unused,) = builder().build(closed(end="spindown", is_over=True, counts={}))

    assert "ContainerLifetime" not in reset.values
    assert (over.values["InvocationsPerContainer"], over.values["UnusedInits"]) == (2, None)
    assert (unused.values["InvocationsPerContainer"], unused.values["UnusedInits"]) == (None, 1)


def test_another_process_goes_on_where_this_one_ended():
    """Numbers, sums and what was read of pages."""
    before, after = builder(), builder()
    pages = [("1-1.page", page(slot("tax", hits=3)))]
    before.read(pages)
    before.build(closed())
    after.restore(before.snapshot())
    after.read(pages)
    (record,) = after.build(closed(instance_id=None))

    assert (record.values["sequence"], record.values["container_id"]) == (2, "stream")
    assert record.values["total"]["hits"] == 3
    assert record.values["CacheHits"] is None
