"""Logs of a large fleet, written without keeping them in memory."""

import random
from collections.abc import Iterator
from pathlib import Path

STARTED_MS = 1_795_219_200_000
MINUTE_MS = 60_000
RECORDS = 80
"""Of a container."""
FUNCTIONS = 20
REQUEST = "a445d3f4-722c-4b30-8940-%012x"
STREAM = "2026/11/21/[$LATEST]%032x"
RECORD = (
    '{"_aws":{"Timestamp":%(to)d,"CloudWatchMetrics":[{"Namespace":"LambdaReuse","Dimensions":'
    '[["FunctionName"]],"Metrics":[{"Name":"Invocations","Unit":"Count"},{"Name":"ActiveContainers",'
    '"Unit":"Count"},{"Name":"ContainerAge","Unit":"Seconds"},{"Name":"IdleTime","Unit":'
    '"Milliseconds"},{"Name":"Duration","Unit":"Milliseconds"},{"Name":"MemoryUsed","Unit":'
    '"Megabytes"},{"Name":"CacheHits","Unit":"Count"},{"Name":"CacheMisses","Unit":"Count"},'
    '{"Name":"CacheHitRate","Unit":"Percent"}]}]},"record":"container/1","FunctionName":'
    '"function-%(function)d","function_version":"$LATEST","container_id":"%(stream)s","init_type":'
    '"on-demand","runtime":"python3.13","architecture":"arm64","memory_mb":512,'
    '"container_started_ms":%(began)d,"sequence":%(sequence)d,"from_ms":%(from)d,"to_ms":%(to)d,'
    '"Invocations":%(own)d,"ActiveContainers":1,"ContainerAge":%(age)d,"IdleTime":[%(gaps)s],'
    '"Duration":[%(durations)s],"MemoryUsed":%(used)d,"CacheHits":%(hits)d,"CacheMisses":1,'
    '"CacheHitRate":%(rate).1f,%(more)s"telemetry":"full","extension_version":"0.1.0","total":'
    '{"invocations":%(invocations)d,"cold_starts":1,"errors":0,"timeouts":0,"out_of_memory":0,'
    '"resets":0,"init_ms":412.5,"duration_ms":%(busy)d,"billed_ms":%(busy)d,"hits":%(all_hits)d,'
    '"misses":%(sequence)d,"saved_ms":%(all_hits)d,"recreated_ms":0,"records":%(sequence)d}}\n'
)
"""As the extension writes it for a container that keeps busy."""


def write_records(path: Path, lines: int, most: int = 9) -> int:
    """So many container records; with 5 to `most` invocations each; how many bytes."""
    chance = random.Random(1)
    with path.open("w", encoding="ascii") as file:
        left = lines
        while left > 0:
            for line in _container(chance, min(RECORDS, left), most):
                file.write(line)
            left -= RECORDS
    return path.stat().st_size


def _container(chance: random.Random, records: int, most: int) -> Iterator[str]:
    began_ms = STARTED_MS + chance.randrange(6 * 60) * MINUTE_MS
    values = {
        "function": chance.randrange(FUNCTIONS), "stream": STREAM % chance.getrandbits(128),
        "began": began_ms, "invocations": 0, "busy": 0, "all_hits": 0,
    }  # fmt: skip
    for sequence in range(1, records + 1):
        number = chance.randint(5, most)
        durations = [chance.randint(2, 400) for _ in range(number)]
        gaps = [chance.randint(1, 5000) for _ in range(number - (sequence == 1))]
        values["invocations"] += number
        values["busy"] += sum(durations)
        values["all_hits"] += 2 * number
        to_ms = began_ms + sequence * MINUTE_MS
        yield RECORD % {
            **values, "sequence": sequence, "from": to_ms - MINUTE_MS, "to": to_ms, "own": number,
            "age": sequence * 60, "gaps": ",".join(map(str, gaps)), "hits": 2 * number,
            "durations": ",".join(map(str, durations)), "used": chance.randint(60, 120),
            "rate": 200 * number / (2 * number + 1),
            "more": '"InitDuration":412.5,"ColdStarts":1,"cold_start_kind":"on-demand",'
            if sequence == 1 else "",
        }  # fmt: skip


def write_reports(path: Path, invocations: int) -> int:
    """The platform's own lines for so many invocations, with times and streams; how many bytes."""
    chance = random.Random(2)
    streams = [STREAM % chance.getrandbits(128) for _ in range(max(1, invocations // 400))]
    with path.open("w", encoding="ascii") as file:
        for number in range(invocations):
            stream = streams[number % len(streams)]
            seconds = number * 20_000 // invocations
            time = f"2026-11-21T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.250Z"
            request, duration = REQUEST % number, chance.randint(100, 90_000) / 100
            init = "\tInit Duration: 412.50 ms" if number < len(streams) else ""
            file.write(
                f"{time} {stream} START RequestId: {request} Version: $LATEST\n"
                f"{time} {stream} END RequestId: {request}\n"
                f"{time} {stream} REPORT RequestId: {request}\tDuration: {duration:.2f} ms\tBilled "
                f"Duration: {int(duration) + 1} ms\tMemory Size: 512 MB\tMax Memory Used: 85 MB"
                f"{init}\t\n"
            )
    return path.stat().st_size
