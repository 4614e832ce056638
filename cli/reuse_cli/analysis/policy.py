"""How long a container is kept, and which containers wait for traffic: what `what-if` compares."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

MINUTE_S = 60

BEFORE_JULY_2019 = ((0, 0.0), (25, 0.026), (30, 0.13), (45, 0.51), (60, 0.93), (66, 1.0))
"""(idle minutes, probability that the next invocation is cold) on AWS, as recorded by Mikhail
Shilkov in 2019 (`mikhailio-hugo`, `data/coldstart_aws_interval.json`). Linear in between."""


@dataclass(frozen=True)
class Policy:
    """How containers are kept. Durations in seconds."""

    name: str
    keep_alive_s: float | None
    """An idle container is kept for this long; None where `survival` decides."""
    survival: Sequence[tuple[float, float]] = ()
    """(idle minutes, probability that the container is gone), rising from 0 to 1."""
    provisioned: int = 0
    """Containers that are always there, and taken before others."""
    concurrency: int | None = None
    """Invocations at the same time; more are throttled. None: no limit."""
    ping_every_s: float | None = None
    """A pinger invokes the function this often; None: there is none."""
    memory_mb: int | None = None
    """Another memory size, for the price alone; None: the recorded one."""

    def limit_ms(self, dice: Random) -> float:
        """How long a container that has become idle now will be kept."""
        if self.keep_alive_s is not None:
            return self.keep_alive_s * 1000
        return _inverse(self.survival, dice.random()) * MINUTE_S * 1000


def keep_alive(seconds: float, **others: int | float | None) -> Policy:
    """A container is kept for a fixed time, as AWS appears to do since July 2019 (10 minutes)."""
    text = f"{seconds / 60:g} min" if seconds >= MINUTE_S else f"{seconds:g} s"
    return _made(f"keep-alive {text}", keep_alive_s=seconds, **others)


def before_july_2019(**others: int | float | None) -> Policy:
    """AWS as recorded before July 2019: containers were kept for 25 to 66 minutes."""
    return _made("AWS before July 2019", keep_alive_s=None, survival=BEFORE_JULY_2019, **others)


REGIMES = {"fixed-10-min": lambda **o: keep_alive(600, **o), "aws-before-2019-07": before_july_2019}
"""Policies by the names that `--regime` takes."""


def _made(name: str, **values: object) -> Policy:
    extras = {
        "provisioned": "{} provisioned",
        "concurrency": "concurrency {}",
        "ping_every_s": "ping every {:g} s",
        "memory_mb": "{} MB",
    }
    for key, shown in extras.items():
        if values.get(key):
            name += ", " + shown.format(values[key])
    return Policy(name, **values)  # type: ignore[arg-type]


def _inverse(survival: Sequence[tuple[float, float]], chance: float) -> float:
    """The idle minutes by which this share of the containers has gone."""
    at = bisect_left([probability for _, probability in survival], chance)
    if at == 0:
        return survival[0][0]
    if at == len(survival):
        return math.inf
    (low, p_low), (high, p_high) = survival[at - 1], survival[at]
    return low + (high - low) * (chance - p_low) / (p_high - p_low)
