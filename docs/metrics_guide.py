"""How to read each metric: what is good, what a bad value hints at, and what to do about it."""

from typing import NamedTuple


class Guide(NamedTuple):
    """Advice on one metric."""

    good: str
    hint: str
    do: str


GUIDES = {
    "Invocations": Guide(
        "As many as the function is called; the other counts are read beside it.",
        "None in a minute with traffic: the layer is missing in this version, or"
        " `LAMBDA_REUSE_DISABLED` is set.",
        "Compare with Lambda's own `Invocations`.",
    ),
    "ColdStarts": Guide(
        "Below 1 % of `Invocations` under steady traffic.",
        "Bursts that need new containers, rare traffic, a deployment, or resets: then"
        " `cold_start_kind` is `suppressed`.",
        "Make the init shorter; provisioned concurrency or SnapStart where callers cannot wait;"
        " fix what resets the containers.",
    ),
    "ActiveContainers": Guide(
        "Near the concurrency that traffic needs: calls a second times seconds a call.",
        "Far more: bursts, or slow calls.",
        "Spread the calls (a queue, `MaximumConcurrency`), or make them shorter.",
    ),
    "InitDuration": Guide(
        "Some hundred milliseconds; far below 10 s, where Lambda starts the init again.",
        "Large packages, downloads or connections at import.",
        "Look at the phases in the `init/1` records; import lazily what few calls need;"
        " `preload` in parallel; more memory, which is more CPU.",
    ),
    "RestoreDuration": Guide(
        "Below the `InitDuration` of the same function on demand.",
        "Much memory to load back, or slow restore hooks.",
        "Keep less in memory at the snapshot; do less in the hooks.",
    ),
    "ContainerAge": Guide(
        "Minutes to hours: what was built once is used for a long time.",
        "Always seconds: containers are replaced before they are reused.",
        "Look for resets, deployments and bursts; compare with `max_age`, which means little beyond"
        " the containers' age.",
    ),
    "IdleTime": Guide(
        "Well below the time for which Lambda keeps a container, which is not documented: minutes.",
        "Long gaps: connections that the other side has closed, values that have expired.",
        "Give connections a `check`; evaluate provisioned concurrency with `what-if`.",
    ),
    "Duration": Guide(
        "The later calls of a container take a fraction of its first one.",
        "First and later calls take the same: something is built again on every call.",
        "See `TimeRecreated`; build at module level or with `resource`.",
    ),
    "MemoryUsed": Guide(
        "Stable over a container's age, with some room below the function's memory.",
        "Rising with age: a leak at module level. Near the size: `out_of_memory` comes next.",
        "Bound what is kept (`max_keys`, `max_bytes`); raise the memory.",
    ),
    "CacheHits": Guide(
        "Grows with `Invocations`.",
        "Hardly any: the helper is not used, or every look-up misses.",
        "See the reasons of the misses in `resources`.",
    ),
    "CacheMisses": Guide(
        "One for each resource and container.",
        "Many `expired`: `max_age` is too short. Many `invalid`: connections break. Many `evicted`:"
        " `max_keys` is too small. Many `error`: builds fail.",
        "Act on the most frequent reason.",
    ),
    "CacheHitRate": Guide(
        "Above 90 % for a container that serves more than ten invocations.",
        "Low with old containers: see `CacheMisses`. Low with young ones: too little traffic for a"
        " container.",
        "As for `CacheMisses`; fewer containers reuse more.",
    ),
    "TimeSaved": Guide(
        "Far above the time that was spent on building.",
        "Nothing: what is kept is cheap to build, or never used again.",
        "Keep what is expensive to build; remove from the init what is never hit.",
    ),
    "Recreated": Guide(
        "None.",
        "A call site builds the same thing on every invocation.",
        "`lambda-reuse resources` names the file and line; move it out of the handler.",
    ),
    "TimeRecreated": Guide(
        "None.",
        "Callers wait this long, and it is billed, for what was there before.",
        "As for `Recreated`, the greatest first.",
    ),
    "InvocationsPerContainer": Guide(
        "Hundreds and more.",
        "A few: each init serves few callers.",
        "Fewer, busier containers: batch, queue, or less memory-hungry concurrency.",
    ),
    "ContainerLifetime": Guide(
        "Hours under steady traffic.",
        "Minutes: Lambda had no use for them, or they failed.",
        "See `end` and `resets`; rare traffic keeps no container alive.",
    ),
    "UnusedInits": Guide(
        "None, or a few percent of all containers.",
        "Inits ahead of traffic that never came: provisioned concurrency that is too high, or"
        " Lambda's own proactive inits, which are not billed.",
        "Lower provisioned concurrency.",
    ),
    "FunctionErrors": Guide(
        "None.",
        "The handler raises; Lambda counts it in its own `Errors`.",
        "See the function's log; a failing call often leaves a broken connection, which a `check`"
        " finds.",
    ),
}
