"""The catalogue: every field is written somewhere, described, and where it says that it is.

RUNS names, for each field of each kind of record, a run in which it is above zero: a life of
`tests/fixtures/lives`, or what the helper's pages tell. A field that nothing writes cannot pass.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from lambda_reuse import page_format
from reuse_extension.core.fields import Field, ListOf
from reuse_extension.core.records import FIELDS, METRICS, REASONS, RESOURCE_METRICS

from tests.core.play import START_MS, Played, play
from tests.core.test_resources import page
from tests.line_schema import check_line

LIVES = Path(__file__).parents[1] / "fixtures" / "lives"
RUNS = {
    "crash_reset": (
        "container/1 record",
        "container/1 FunctionName",
        "container/1 function_version",
        "container/1 container_id",
        "container/1 extension_version",
        "container/1 init_type",
        "container/1 runtime",
        "container/1 architecture",
        "container/1 memory_mb",
        "container/1 container_started_ms",
        "container/1 sequence",
        "container/1 from_ms",
        "container/1 to_ms",
        "container/1 Invocations",
        "container/1 ColdStarts",
        "container/1 ActiveContainers",
        "container/1 InitDuration",
        "container/1 ContainerAge",
        "container/1 IdleTime",
        "container/1 Duration",
        "container/1 MemoryUsed",
        "container/1 InvocationsPerContainer",
        "container/1 ContainerLifetime",
        "container/1 cold_start_kind",
        "container/1 init_to_invoke_ms",
        "container/1 errors",
        "container/1 resets",
        "container/1 end",
        "container/1 telemetry",
        "container/1 total",
        "container/1 total.invocations",
        "container/1 total.cold_starts",
        "container/1 total.errors",
        "container/1 total.resets",
        "container/1 total.init_ms",
        "container/1 total.duration_ms",
        "container/1 total.billed_ms",
        "container/1 total.records",
        "init/1 record",
        "init/1 FunctionName",
        "init/1 function_version",
        "init/1 container_id",
        "init/1 extension_version",
        "init/1 sequence",
        "init/1 kind",
        "init/1 phase",
        "init/1 start_ms",
        "init/1 duration_ms",
        "init/1 status",
    ),
    "json_log_format": (
        "container/1 level",
        "init/1 level",
    ),
    "tenant_isolation": ("container/1 tenant_id",),
    "snapstart_restore": ("container/1 RestoreDuration",),
    "helper": (
        "container/1 CacheHits",
        "container/1 CacheMisses",
        "container/1 CacheHitRate",
        "container/1 TimeSaved",
        "container/1 Recreated",
        "container/1 TimeRecreated",
        "container/1 FunctionErrors",
        "container/1 function_errors",
        "container/1 total.hits",
        "container/1 total.misses",
        "container/1 total.saved_ms",
        "container/1 total.recreated_ms",
        "container/1 total.function_errors",
        "resource/1 record",
        "resource/1 level",
        "resource/1 FunctionName",
        "resource/1 function_version",
        "resource/1 container_id",
        "resource/1 extension_version",
        "resource/1 sequence",
        "resource/1 from_ms",
        "resource/1 to_ms",
        "resource/1 Resource",
        "resource/1 kind",
        "resource/1 call_site",
        "resource/1 hits",
        "resource/1 misses",
        "resource/1 reasons",
        "resource/1 reasons.first",
        "resource/1 reasons.expired",
        "resource/1 reasons.invalid",
        "resource/1 reasons.evicted",
        "resource/1 reasons.forced",
        "resource/1 reasons.loop_changed",
        "resource/1 reasons.error",
        "resource/1 build_ms",
        "resource/1 builds_in_init",
        "resource/1 builds_in_invocations",
        "resource/1 failed_builds",
        "resource/1 saved_ms",
        "resource/1 recreated",
        "resource/1 recreated_ms",
        "resource/1 uses",
        "resource/1 total",
        "resource/1 total.hits",
        "resource/1 total.misses",
        "resource/1 total.reasons",
        "resource/1 total.reasons.first",
        "resource/1 total.reasons.expired",
        "resource/1 total.reasons.invalid",
        "resource/1 total.reasons.evicted",
        "resource/1 total.reasons.forced",
        "resource/1 total.reasons.loop_changed",
        "resource/1 total.reasons.error",
        "resource/1 total.build_ms",
        "resource/1 total.builds_in_init",
        "resource/1 total.builds_in_invocations",
        "resource/1 total.failed_builds",
        "resource/1 total.saved_ms",
        "resource/1 total.recreated",
        "resource/1 total.recreated_ms",
        "resource/1 total.uses",
        "init/1 phases",
        "init/1 phases.name",
        "init/1 phases.start_ms",
        "init/1 phases.duration_ms",
        "init/1 phases.failed",
        "init/1 imports",
        "init/1 imports.name",
        "init/1 imports.call_site",
        "init/1 imports.total_ms",
        "init/1 imports.own_ms",
    ),
    "unused_init": ("container/1 UnusedInits",),
    "proactive_init": ("container/1 init_kind",),
    "gap_after_a_record_within": (
        "container/1 timeouts",
        "container/1 total.timeouts",
    ),
    "more_memory_than_there_is": (
        "container/1 out_of_memory",
        "container/1 total.out_of_memory",
    ),
    "failed_init": (
        "container/1 failed_inits",
        "init/1 error_type",
    ),
    "logs_dropped": ("container/1 dropped",),
}


def helper_run() -> list[str]:
    """All counters of the pages, and a phase that failed; the function logs JSON."""
    environment = {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "INFO"}
    played = Played({"environment": environment, "subscription": 202})
    counters = tuple(1000 + i for i, _ in enumerate(page_format.COUNTERS))
    slots = [
        page_format.Slot("table", "resource", "app.py:1", counters),
        page_format.Slot("calls", page_format.INVOCATIONS, "", counters),
        page_format.Slot("json in <module> (app.py:2)", "import", "app.py:2", counters),
    ]
    phases = (page_format.Phase("imports", START_MS, 700, 1),)
    played.pages = [("1-1.page", page(*slots, phases=phases))]
    played.step({"at_ms": 100, "invoke": "one"})
    played.step({"at_ms": 200, "shutdown": "spindown"})
    return played.lines()


def names(fields: tuple[Field, ...], prefix: str) -> Iterator[str]:
    for field in fields:
        yield prefix + field.name
        inner = field.shape.fields if isinstance(field.shape, ListOf) else field.shape
        if isinstance(inner, tuple):
            yield from names(inner, f"{prefix}{field.name}.")


def above_zero(value: object, prefix: str) -> Iterator[str]:
    """The names of what is there and not zero, of an object and what is in it."""
    for name, inner in value.items():
        items = inner if isinstance(inner, list) else [inner]
        if any(items):
            yield prefix + name
        for item in items:
            if isinstance(item, dict):
                yield from above_zero(item, f"{prefix}{name}.")


@pytest.mark.parametrize("run", RUNS)
def test_every_field_is_above_zero_in_the_run_that_is_named(run):
    life = LIVES / f"{run}.json"
    lines = play(json.loads(life.read_text())) if life.exists() else helper_run()
    found = set()
    for line in map(json.loads, lines):
        check_line(line)
        found |= set(above_zero(line, line["record"] + " "))

    assert [name for name in RUNS[run] if name not in found] == []


def test_a_run_is_named_for_every_field():
    """And for no other."""
    known = {name for kind, fields in FIELDS.items() for name in names(fields, kind + " ")}

    assert {name for fields in RUNS.values() for name in fields} == known


@pytest.mark.parametrize("kind", FIELDS)
def test_the_catalogue_is_sound(kind):
    """No name twice; each field has a meaning, and the metrics are in PascalCase."""
    fields = FIELDS[kind]

    assert len({field.name for field in fields}) == len(fields)
    assert [f.name for f in fields if not f.meaning.endswith(".")] == []
    assert [f.name for f in fields if f.metric_set is not None and not f.name[0].isupper()] == []


def test_every_metric_of_a_resource_is_one_of_the_container():
    """With the same unit and meaning."""
    assert [field for field in RESOURCE_METRICS if field not in METRICS] == []


def test_the_reasons_are_those_of_the_page():
    """The catalogue and the page's format name the same ones, in one order."""
    assert REASONS == page_format.REASONS
