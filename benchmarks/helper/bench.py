"""What the helper costs a function: a hit, and the import."""

import asyncio
import os
import sys
import tempfile

from benchmarks.helper import hits, importing
from benchmarks.table import table


def run() -> str:
    """The section of the page."""
    before = os.environ.get("TMPDIR")
    with tempfile.TemporaryDirectory(prefix="lambda-reuse-bench-") as folder:
        os.environ["TMPDIR"] = folder
        try:
            return "\n\n".join(["## The helper", _hits(), _import(folder)])
        finally:
            os.environ.pop("TMPDIR")
            if before is not None:
                os.environ["TMPDIR"] = before


def _hits() -> str:
    results = hits.measured(hits.candidates())
    results["resource, awaited"] = asyncio.run(hits.awaited())
    base = results["functools.cache"]
    limits = hits.LIMITS_NS
    slowest = max(results.values())
    rows = [
        [name, f"{ns:.0f}", f"{ns / base:.1f}", f"{slowest / ns:.0f} x", str(limits.get(name, ""))]
        for name, ns in results.items()
    ]
    return f"A hit, nanoseconds: medians of {hits.ROUNDS} turns of {hits.CALLS} calls.\n\n" + table(
        ["", "ns", "ratio to functools.cache", "faster than the slowest by", "limit"], rows
    )


def _import(folder: str) -> str:
    plain = {"PATH": os.environ["PATH"]}
    compiled_ms, kib = importing.measured(sys.executable, {**plain, "PYTHONPYCACHEPREFIX": folder})
    source_ms, _ = importing.measured(sys.executable, {**plain, "PYTHONDONTWRITEBYTECODE": "1"})
    return (
        f"`import lambda_reuse` takes {compiled_ms:.2f} ms and {kib:.0f} KiB (limits: "
        f"{importing.LIMIT_MS:g} ms, {importing.LIMIT_KIB} KiB); where the modules are not "
        f"compiled yet, {source_ms:.1f} ms. Medians of {importing.STARTS} starts."
    )
