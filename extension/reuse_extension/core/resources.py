"""The ledger of resources: what the helper's pages have reported so far, and what is new.

Every process of the function has a page of counters that only grow. What changed since the last
look is added to the resource of that name, so that several processes, and the processes before and
after a reset, make one account. Nothing is lost when a page is not looked at for a while, and a
page that vanishes takes nothing back.
"""

from .records import REASONS, hit_rate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

OTHERS = (
    "builds_in_init",
    "builds_in_invocations",
    "init_us",
    "invocations_us",
    "failed",
    "failed_us",
    "recreated",
    "recreated_us",
    "uses",
)
COUNTERS = ("hits",) + REASONS + OTHERS
"""A slot's counters in the page's order (a test holds this against the page's format)."""

AT = {name: i for i, name in enumerate(COUNTERS)}
HITS = AT["hits"]
_MISSES = [AT[reason] for reason in REASONS]
INVOCATIONS = "invocations"
"""The kind of the slot that counts invocations and is no resource (`page_format`)."""
IMPORT = "import"
"""The kind of the slots that count imports."""
OTHER = "(other)"
"""Where resources are counted that there is no room for, as in a page."""
MAX_RESOURCES = 256
"""Names in one container: four pages full of different ones. Each may be a line a minute."""
MAX_PAGES = 4096
"""Pages whose counts are remembered; those of ended processes until they are removed."""
MAX_IMPORTS = 20
"""Modules in one init record."""
MAX_PHASES = 64
"""Phases in one init record: enough for every function's own, and the line stays short."""


class Resource:
    """One resource's account: counters of this period and of the container's life, in COUNTERS."""

    def __init__(self, kind: str, call_site: str) -> None:
        self.kind = kind
        self.call_site = call_site
        self.total = [0] * len(COUNTERS)
        self.saved_us = 0
        self.start_period()

    def start_period(self) -> None:
        """Begin a period; the totals go on."""
        self.period = [0] * len(COUNTERS)
        self.period_saved_us = 0

    def add(self, counters: "tuple[int, ...]", known: "tuple[int, ...]") -> None:
        """Count what `counters` have more than `known`."""
        hits = 0
        for i, value in enumerate(counters):
            more = value - known[i]
            if more > 0:
                self.period[i] += more
                self.total[i] += more
                hits = more if i == HITS else hits
        saved_us = hits * _mean_build_us(self.total)
        self.period_saved_us += saved_us
        self.saved_us += saved_us

    @property
    def has_changed(self) -> bool:
        """Whether anything was counted in this period."""
        return any(self.period)


class ResourceLedger:
    """All resources of one container, and how much of every page has been counted."""

    def __init__(self) -> None:
        self.resources: "dict[str, Resource]" = {}
        self._names: "list[str]" = []  # in the order they were first seen
        self._known: "dict[str, list[tuple[int, ...]]]" = {}  # page -> counters by slot
        self._known_phases: "dict[str, int]" = {}
        self._skip_before_ms = -1

    def read(self, pages: "list[tuple[str, Any]]") -> "list[Any]":
        """Count what is new in these (name, page) pairs; the phases not seen before.

        A page may be None: there is nothing of that name to read.
        """
        phases: "list[Any]" = []
        for page_name, page in pages:
            if page is None or not self._begin(page_name, page):
                continue
            known = self._known[page_name]
            for i, slot in enumerate(page.slots):
                if i == len(known):
                    known.append((0,) * len(COUNTERS))
                if slot.counters != known[i]:
                    self._resource(slot).add(slot.counters, known[i])
                    known[i] = slot.counters
            seen = self._known_phases.get(page_name, 0)
            phases.extend(page.phases[seen:])
            self._known_phases[page_name] = max(seen, len(page.phases))
        return phases

    def _begin(self, page_name: str, page: "Any") -> bool:
        """Whether the page's counts can be remembered, and so be counted."""
        if page_name not in self._known:
            if len(self._known) >= MAX_PAGES:
                return False
            self._known[page_name] = []
            self._known_phases[page_name] = 0
            if page.started_ms <= self._skip_before_ms and not page.is_restored:
                self._skip(page_name, page)
        return True

    def _skip(self, page_name: str, page: "Any") -> None:
        self._known[page_name] = [slot.counters for slot in page.slots]
        self._known_phases[page_name] = len(page.phases)

    def mark_seen(self, pages: "list[tuple[str, Any]]", before_ms: int) -> None:
        """Take what these pages hold for reported, and what others hold that began before a time.

        It happened before the container's life, or was reported by a process that could not leave
        behind how much. But for pages that were begun after a restore: when the news of it comes,
        the first invocation may have counted already.
        """
        self._skip_before_ms = before_ms
        for page_name, page in pages:
            if page is not None and not page.is_restored:
                self._skip(page_name, page)

    def forget(self, page_name: str) -> None:
        """The page is gone; what it held stays counted."""
        self._known.pop(page_name, None)
        self._known_phases.pop(page_name, None)

    def changed(self) -> "list[tuple[str, Resource]]":
        """The resources that something was counted for in this period, with their names."""
        return [
            (name, self.resources[name])
            for name in self._names
            if self.resources[name].has_changed and self.resources[name].kind != INVOCATIONS
        ]

    def take_function_errors(self) -> "int | None":
        """Invocations of this period whose handler raised; None where no process observed any."""
        observed = [r for r in self.resources.values() if r.kind == INVOCATIONS and r.has_changed]
        errors = sum([resource.period[AT["failed"]] for resource in observed])
        for resource in observed:
            resource.start_period()
        return errors if observed else None

    def _resource(self, slot: "Any") -> "Resource":
        name, kind, call_site = slot.name, slot.kind, slot.call_site
        if name not in self.resources and len(self._names) >= MAX_RESOURCES:
            name, kind, call_site = OTHER, "other", ""
        resource = self.resources.get(name)
        if resource is None:
            resource = self.resources[name] = Resource(kind, call_site)
            self._names.append(name)
        return resource

    def snapshot(self) -> "dict[str, Any]":
        """What must survive a reset, as JSON: what was read and not reported yet, too."""
        return {
            "skip_before_ms": self._skip_before_ms,
            "pages": {
                name: [self._known_phases.get(name, 0), known]
                for name, known in self._known.items()
            },
            "resources": [
                [
                    name,
                    resource.kind,
                    resource.call_site,
                    resource.total,
                    resource.saved_us,
                    resource.period if resource.has_changed else None,
                    resource.period_saved_us,
                ]
                for name, resource in [(name, self.resources[name]) for name in self._names]
            ],
        }

    def restore(self, snapshot: "dict[str, Any]") -> None:
        """Go on from what a process before this one left."""
        for page_name, (phases, known) in snapshot["pages"].items():
            self._known_phases[page_name] = phases
            self._known[page_name] = [tuple(counters) for counters in known]
        self._skip_before_ms = snapshot["skip_before_ms"]
        for name, kind, call_site, total, saved_us, period, period_us in snapshot["resources"]:
            resource = self.resources[name] = Resource(kind, call_site)
            resource.total = list(total)
            resource.saved_us = saved_us
            resource.period = list(period or resource.period)
            resource.period_saved_us = period_us
            self._names.append(name)


def _mean_build_us(total: "list[int]") -> int:
    counters = dict(zip(COUNTERS, total))
    builds = counters["builds_in_init"] + counters["builds_in_invocations"]
    return (counters["init_us"] + counters["invocations_us"]) // builds if builds else 0


def values(counters: "list[int]", saved_us: int) -> "dict[str, Any]":
    """Counters as the fields of a resource record; a record's `total` has the same ones."""
    named = dict(zip(COUNTERS, counters))
    return {
        "hits": named["hits"],
        "misses": misses(counters),
        "reasons": {reason: named[reason] or None for reason in REASONS},
        "build_ms": named["init_us"] + named["invocations_us"],
        "builds_in_init": named["builds_in_init"],
        "builds_in_invocations": named["builds_in_invocations"],
        "failed_builds": named["failed"] or None,
        "saved_ms": saved_us,
        "recreated": named["recreated"] or None,
        "recreated_ms": named["recreated_us"],
        "uses": named["uses"] or None,
    }


def misses(counters: "list[int]") -> int:
    """All misses of a resource, whatever their reason."""
    return sum([counters[i] for i in _MISSES])


def summary(changed: "list[tuple[str, Resource]]") -> "dict[str, Any]":
    """What a container record says of all its resources in this period."""
    hits = sum([resource.period[HITS] for _, resource in changed])
    all_misses = sum([misses(resource.period) for _, resource in changed])
    saved_us = sum([resource.period_saved_us for _, resource in changed])
    recreated = sum([resource.period[AT["recreated"]] for _, resource in changed])
    recreated_us = sum([resource.period[AT["recreated_us"]] for _, resource in changed])
    return {
        "CacheHits": hits if hits or all_misses else None,
        "CacheMisses": all_misses if hits or all_misses else None,
        "CacheHitRate": hit_rate(hits, all_misses),
        "TimeSaved": saved_us or None,
        "Recreated": recreated or None,
        "TimeRecreated": recreated_us or None,
    }
