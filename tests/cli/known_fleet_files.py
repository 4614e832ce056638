"""The records of a known fleet as log files: doubled, out of order, damaged, in many shapes."""

import csv
import gzip
import io
import json
import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.cli.known_fleet import Life
from tests.cli.records import STARTED_MS
from tests.cli.shapes import REQUESTS, compact, iso, report

Line = tuple[str, str, str]
"""(function, container, message)."""
CUT, NEWER = 30, 20
"""Lines that are cut off, and lines of a version that is not known, in each file of lines."""


def plain(lines: Sequence[Line]) -> str:
    return "".join(f"{message}\n" for _, _, message in lines)


def tailed(lines: Sequence[Line]) -> str:
    """As `aws logs tail` prints them."""
    return "".join(f"{iso(STARTED_MS)} {stream} {message}\n" for _, stream, message in lines)


def wrapped(lines: Sequence[Line]) -> str:
    """As the sandbox keeps them."""
    return "".join(
        json.dumps({"timestamp": STARTED_MS, "message": message}, separators=(",", ":")) + "\n"
        for _, _, message in lines
    )


def queried(lines: Sequence[Line]) -> str:
    """As Logs Insights exports them."""
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow(["@timestamp", "@message", "@logStream"])
    writer.writerows((iso(STARTED_MS), message, stream) for _, stream, message in lines)
    return output.getvalue()


def subscribed(lines: Sequence[Line]) -> str:
    """As a subscription delivers them: objects without anything between them."""
    return "".join(
        compact({
            "messageType": "DATA_MESSAGE", "logGroup": f"/aws/lambda/{function}",
            "logStream": stream,
            "logEvents": [{"id": "36", "timestamp": STARTED_MS, "message": message}],
        })
        for function, stream, message in lines
    )  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """How a file is written; `is_lines`: each line stands for itself, so that it can be cut."""

    text: Callable[[Sequence[Line]], str]
    is_lines: bool = True
    is_gzip: bool = False


SHAPES = (
    Shape(plain), Shape(tailed), Shape(wrapped), Shape(plain, is_gzip=True),
    Shape(queried, is_lines=False), Shape(subscribed, is_lines=False, is_gzip=True),
    Shape(plain),
)  # fmt: skip


def write(fleet: list[Life], folder: Path, seed: int = 2) -> tuple[int, int]:
    """The lines of all containers over files of these shapes, a tenth of them twice, one file too.

    Answers with how many lines are cut off, and how many are of a newer version.
    """
    chance = random.Random(seed)
    lines = [
        (life.function, life.container_id, compact(record))
        for life in fleet
        for sequence, record in life.lines
        if sequence not in life.lost or record["record"] != "container/1"
    ]
    lines += chance.sample(lines, len(lines) // 10)
    chance.shuffle(lines)
    cut = newer = 0
    for number, shape in enumerate(SHAPES):
        own = lines[number :: len(SHAPES)]
        if shape.is_lines:
            own = [*own, *_foreign(fleet), *_newer(own)]
            newer += NEWER
        text = shape.text(own)
        if shape.is_lines:
            text = _with_cut_copies(text, chance)
            cut += CUT
        data = gzip.compress(text.encode(), 1) if shape.is_gzip else text.encode()
        (folder / f"part-{number}.log").write_bytes(data)
    shutil.copy(folder / "part-1.log", folder / "part-1 (copy).log")
    return cut + CUT, newer + NEWER


def _foreign(fleet: list[Life]) -> list[Line]:
    """What others print, and the platform's own lines, which the records make needless."""
    life = fleet[0]
    own = ['{"level":"INFO","record":"of mine"}', "[WARN] {container/1} not found", "", "{",
           f"START RequestId: {REQUESTS[0]} Version: $LATEST", report(0, 12.5).strip()]  # fmt: skip
    return [(life.function, life.container_id, text) for text in own]


def _newer(lines: Sequence[Line]) -> list[Line]:
    """Records of a version that is to come, with totals that must not count."""
    found = []
    for function, stream, message in lines[:NEWER]:
        record = json.loads(message)
        record["record"] = record["record"].replace("/1", "/2")
        found.append((function, stream, compact({**record, "sequence": 10**6})))
    return found


def _with_cut_copies(text: str, chance: random.Random) -> str:
    """Lines that are there once more, but end in the middle; the last without a line's end."""
    whole = [line for line in text.splitlines() if "/1" in line and "InitDuration" in line]
    cut = [line[: len(line) * 2 // 3] for line in chance.sample(whole, CUT)]
    half = len(cut) // 2
    return "".join(f"{line}\n" for line in cut[:half]) + text + "\n".join(cut[half:])
