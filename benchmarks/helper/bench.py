"""What the helper costs a function: a hit, and the import."""

import asyncio
import os
import tempfile
from pathlib import Path

from benchmarks.extension.candidates import build
from benchmarks.helper import hits, importing
from benchmarks.table import table


def run() -> str:
    """The section of the page."""
    before = os.environ.get("TMPDIR")
    with tempfile.TemporaryDirectory(prefix="lambda-reuse-bench-") as folder:
        os.environ["TMPDIR"] = folder
        try:
            return "\n\n".join(["## The helper", _hits(), _import(Path(folder))])
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


def _import(folder: Path) -> str:
    python = importing.unpacked(build(folder).archive, folder / "opt")
    rows = [
        [version, f"{ms:.1f}", f"{kib:.0f}", f"{importing.LIMITS_MS[version]}"]
        for version, (ms, kib) in importing.measured(python).items()
    ]
    return (
        "`import lambda_reuse` from the layer's zip, in a folder that cannot be written to: "
        f"medians of {importing.STARTS} starts in turns. At most "
        f"{importing.LIMIT_KIB} KiB are wanted."
        "\n\n" + table(["Python", "ms", "KiB", "limit, ms"], rows)
    )
