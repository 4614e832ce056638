"""What keeps containers apart on this machine, step by step, and what it changes for a function."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reuse_sandbox.machine.cgroup import ROOT, Step, available
from reuse_sandbox.machine.namespaces import FILES, NETWORK, obstacle

LACKING = {
    "cpu": "a function is as fast as this machine, whatever its memory size",
    "memory": "a function may use more memory than its size, and is not ended for it",
}


@dataclass(frozen=True)
class Isolation:
    """One step; `how` says by what means, or why not, `effect` what follows for the function."""

    step: str
    available: bool
    how: str
    effect: str


def isolation(root: Path = ROOT) -> list[Isolation]:
    """Every step; what needs rights is looked up, and nothing is changed by looking."""
    places = available(root)
    return [*_always(), _freeze(places["freeze"]), *_limits(places), *_namespaces(obstacle())]


def _always() -> list[Isolation]:
    return [
        Isolation(
            "temporary folder",
            True,
            "TMPDIR",
            "tempfile, and all that asks for TMPDIR, writes into the container's own folder",
        ),
        Isolation(
            "process group",
            True,
            "one group a process, and TMPDIR as the mark of what leaves it",
            "whatever a container starts is frozen with it and ends with it",
        ),
        Isolation(
            "environment",
            True,
            "built from nothing",
            "the function sees Lambda's variables and its own, not those of this terminal",
        ),
    ]


def _freeze(place: Step | str) -> Isolation:
    if isinstance(place, Step):
        how = f"control groups, version {place.version}; without limits SIGSTOP"
        return Isolation("freeze", True, how, "nothing of a container runs between invocations")
    return Isolation(
        "freeze",
        True,
        f"SIGSTOP, as {place}",
        "nothing runs between invocations, but for 50 ms a process in a session of its own may",
    )


def _limits(places: dict[str, Step | str]) -> list[Isolation]:
    effects = {
        "cpu": ("processor share", "a function is as slow as its memory size makes it on Lambda"),
        "memory": ("memory limit", "the kernel kills a function that needs more than its size"),
    }
    found = []
    for step, (name, effect) in effects.items():
        place = places[step]
        if isinstance(place, Step):
            found.append(Isolation(name, True, f"control groups, version {place.version}", effect))
        else:
            found.append(Isolation(name, False, place, LACKING[step]))
    return found


def _namespaces(obstacle: str | None) -> list[Isolation]:
    """The layer's place, and what containers have of their own where it is asked for."""
    steps = {
        FILES: (
            "private /tmp",
            "a path that begins with /tmp is the container's own",
            "a path that begins with /tmp is this machine's: use TMPDIR",
        ),
        NETWORK: (
            "network",
            "the API is at port 9001, an extension may have a fixed port; nothing outside answers",
            "the function reaches what you reach; an extension's fixed port serves one container",
        ),
    }
    return [
        _layer(obstacle),
        *_on_request(steps, obstacle),
    ]


def _layer(obstacle: str | None) -> Isolation:
    if obstacle is None:
        effect = "a path that begins with /opt is the layer's, and cannot be written to"
        return Isolation("layer at /opt", True, "a mount of each container's own", effect)
    effect = (
        "the layer is found by PATH and sys.path; a path that begins with /opt is this machine's"
    )
    return Isolation("layer at /opt", False, f"no namespace can be made: {obstacle}", effect)


def _on_request(steps: Mapping[str, tuple[str, str, str]], obstacle: str | None) -> list[Isolation]:
    return [
        Isolation(name, True, f"a namespace, with --private {kind}", where_asked)
        if obstacle is None
        else Isolation(name, False, f"no namespace can be made: {obstacle}", elsewhere)
        for kind, (name, where_asked, elsewhere) in steps.items()
    ]
