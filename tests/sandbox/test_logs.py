"""The log files: what CloudWatch Logs would hold, readable whatever happens."""

import errno
import json
import os
import resource
import signal
from pathlib import Path
from typing import Any

import pytest
from reuse_sandbox import ConfigError, RecordingError
from reuse_sandbox.logs import Recording, file_name, new_stream_name, stream_name

from tests.sandbox.leftovers import Leftovers
from tests.sandbox.workshop import Workshop

TALKATIVE = """
    import logging, os, sys

    print("in init")

    def handler(event, context):
        print("printed")
        print("to stderr", file=sys.stderr)
        os.system("echo from a child")
        logging.getLogger().warning("logged\\nin two lines")
        if event.get("raise"):
            raise ValueError("no")
"""


async def test_text_format(workshop: Workshop, leftovers: Leftovers) -> None:
    """Lines of function, extension and platform stand in the order in which they were written."""
    workshop.write_function(TALKATIVE)
    workshop.write_extension("""
        print("extension starts", flush=True)
        register("INVOKE", "SHUTDOWN")
        next_event()
        print("extension works", flush=True)
        loop()
    """)

    async with workshop.sandbox() as sandbox:
        result = await sandbox.invoke()

    log = workshop.log()
    request_id = result.request_id
    works = log.pop(log.index("extension works"))
    assert works
    assert log.pop(1) == "extension starts"
    assert log[0].startswith(f"INIT_START Runtime Version: {sandbox.function.runtime_version}\t")
    assert [
        "in init",
        "EXTENSION\tName: probe\tState: Ready\tEvents: [INVOKE,SHUTDOWN]",
        f"START RequestId: {request_id} Version: $LATEST",
        "printed",
        "to stderr",
        "from a child",
    ] == log[1:7]
    logged, end, report = log[7:]
    assert logged.startswith("[WARNING]\t")
    assert logged.endswith(f"\t{request_id}\tlogged\nin two lines")
    assert f"END RequestId: {request_id}" == end
    fields = report.split("\t")
    assert f"REPORT RequestId: {request_id}" == fields[0]
    labels = ["Duration", "Billed Duration", "Memory Size", "Max Memory Used", "Init Duration"]
    assert labels == [field.split(": ")[0] for field in fields[1:]]


async def test_an_exception_is_one_event(workshop: Workshop, leftovers: Leftovers) -> None:
    """The runtime's framed messages keep a traceback together."""
    workshop.write_function(TALKATIVE)

    async with workshop.sandbox() as sandbox:
        await sandbox.invoke(b'{"raise": true}')

    (traceback,) = [text for text in workshop.log() if "ValueError" in text]
    assert traceback.startswith("[ERROR] ValueError: no\nTraceback (most recent call last):\n")


async def test_json_format(workshop: Workshop, leftovers: Leftovers) -> None:
    """System events stand as JSON; the runtime client writes JSON itself."""
    workshop.write_function(TALKATIVE)

    async with workshop.sandbox(log_format="JSON", log_level="INFO") as sandbox:
        result = await sandbox.invoke()

    lines = [json.loads(text) for text in workshop.log() if text.startswith("{")]
    system = [line for line in lines if "type" in line]
    expected = ["platform.initStart", "platform.start", "platform.report"]
    assert expected == [line["type"] for line in system]
    assert result.request_id == system[-1]["record"]["requestId"]
    (logged,) = [line for line in lines if "level" in line]
    assert (logged["level"], logged["message"]) == ("WARNING", "logged\nin two lines")


async def test_levels(workshop: Workshop, leftovers: Leftovers) -> None:
    """Each side is filtered by its own level; telemetry by neither."""
    workshop.write_function("""
        def handler(event, context):
            print('{"level": "INFO", "n": 1}')
            print('{"level": "error", "n": 2}')
            print('{"n": 3}')
            print("no JSON")
    """)
    workshop.write_extension("""
        register("INVOKE", "SHUTDOWN")
        subscribe("platform", "function", timeoutMs=25)
        print('{"level": "DEBUG", "n": 4}', flush=True)
        print('{"level": "WARN", "n": 5}', flush=True)
        loop()
    """)
    levels = {"log_level": "WARN", "system_log_level": "DEBUG"}
    async with workshop.sandbox(log_format="JSON", **levels) as sandbox:
        await sandbox.invoke()

    lines = [json.loads(text) for text in workshop.log() if text.startswith("{")]
    assert sorted(line["n"] for line in lines if "n" in line) == [2, 5]
    assert "no JSON" in workshop.log()
    system = [line["type"] for line in lines if "type" in line]
    assert {"platform.initReport", "platform.runtimeDone"} <= set(system)
    emitted = [event["record"] for event in workshop.telemetry() if event["type"] == "function"]
    assert [record["n"] for record in emitted if isinstance(record, dict)] == [1, 2, 3]


def test_levels_without_json(workshop: Workshop) -> None:
    """Lambda takes no level for text."""
    with pytest.raises(ConfigError, match="only where the log format is JSON"):
        workshop.config(log_level="WARN")


async def test_json_lines_reach_subscribers_as_objects(
    workshop: Workshop, leftovers: Leftovers
) -> None:
    """With JSON format and a schema that has them; the oldest schema gets strings."""
    workshop.write_function("""
        import json
        def handler(event, context):
            print(json.dumps({"level": "INFO", "n": 1}))
    """)
    for name, schema in (("new", "2022-12-13"), ("old", "2022-07-01")):
        workshop.write_extension(
            f"""
            register("INVOKE", "SHUTDOWN")
            subscribe("function", schema={schema!r}, timeoutMs=25)
            loop()
            time.sleep(0.1)
            """,
            name,
        )

    async with workshop.sandbox(log_format="JSON") as sandbox:
        await sandbox.invoke()

    emitted = {name: [e["record"] for e in workshop.telemetry(name)] for name in ("new", "old")}
    assert emitted == {"new": [{"level": "INFO", "n": 1}], "old": ['{"level": "INFO", "n": 1}']}


async def test_extension_lines_reach_subscribers(workshop: Workshop, leftovers: Leftovers) -> None:
    """Each category goes to those who asked for it."""
    workshop.write_function(TALKATIVE)
    workshop.write_extension("""
        print("hear me", flush=True)
        register("INVOKE", "SHUTDOWN")
        subscribe("extension", timeoutMs=25)
        loop()
        time.sleep(0.1)
    """)

    async with workshop.sandbox() as sandbox:
        await sandbox.invoke()

    expected = [("extension", "hear me")]
    assert expected == [(event["type"], event["record"]) for event in workshop.telemetry()]


def read(path: Path) -> list[dict[str, Any]]:
    """The events of a log file."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_any_text_is_a_line(tmp_path: Path) -> None:
    """Newlines, quotes, controls and other scripts survive; each event is one line."""
    recording = Recording(tmp_path, "orders")
    texts = ['a "b"\n\tc', "ü → 漢字 😀", "\x00\x1b[0m\u2028", ""]
    stream = recording.open(new_stream_name(0.0, "$LATEST"))
    for text in texts:
        stream.write(1.2345, text)
    stream.close()

    (path,) = recording.folder.iterdir()
    assert [{"timestamp": 1234, "message": text} for text in texts] == read(path)


def test_file_names() -> None:
    """They have nothing that a shell or a glob takes for something else, and lead back."""
    digits = "0123456789abcdef" * 2
    names = {
        f"2026/11/21/[$LATEST]{digits}": f"2026-11-21-LATEST-{digits}.jsonl",
        f"2026/11/21/[7]{digits}": f"2026-11-21-7-{digits}.jsonl",
    }

    assert list(names.values()) == [file_name(stream) for stream in names]
    assert list(names) == [stream_name(file) for file in names.values()]
    assert [stream_name(file) for file in ("readme.jsonl", "2026-11-21.jsonl")] == [None, None]
    with pytest.raises(ValueError, match="is not a log stream name"):
        file_name("../../etc/passwd")


def test_stream_names_are_lambda_s(tmp_path: Path) -> None:
    """Date, version, 32 hexadecimal digits; no two are the same."""
    names = {new_stream_name(1_795_219_200.0, "$LATEST") for _ in range(100)}

    assert len(names) == 100
    assert all(name.startswith("2026/11/21/[$LATEST]") for name in names)
    assert all(stream_name(file_name(name)) == name for name in names)


class FullDisk:
    """Takes so many bytes, then there is no space left on the device."""

    def __init__(self, space: int) -> None:
        self._space = space
        self._write = os.write

    def __call__(self, file: int, data: bytes) -> int:
        if not self._space:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken = self._write(file, data[: self._space])
        self._space -= taken
        return taken


@pytest.mark.parametrize("space", range(0, 120, 7))
def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, space: int) -> None:
    """Only whole lines stay, none after the first that did not fit, and there is one error."""
    recording = Recording(tmp_path, "orders")
    stream = recording.open(new_stream_name(0.0, "$LATEST"))
    monkeypatch.setattr(os, "write", FullDisk(space))
    for n in range(5):
        stream.write(n, "x" * 10)
    monkeypatch.undo()
    stream.write(9, "too late")

    (path,) = recording.folder.iterdir()
    events = read(path)
    assert [n * 1000 for n in range(len(events))] == [event["timestamp"] for event in events]
    assert path.stat().st_size <= space
    expected = f"The logs in {recording.folder} cannot be written: No space left on device."
    assert expected == str(recording.failure)


async def test_a_full_disk_under_way(workshop: Workshop, leftovers: Leftovers) -> None:
    """The invocation that met it says so, later ones are refused, what was recorded is readable."""
    workshop.write_function(TALKATIVE)
    # The kernel refuses to let any file of this process grow beyond this.
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, before[1]))
    failures = []

    async def block() -> None:
        async with workshop.sandbox() as sandbox:
            for _ in range(10):
                try:
                    await sandbox.invoke()
                except RecordingError as error:
                    failures.append(str(error))

    try:
        with pytest.raises(RecordingError, match="cannot be written: File too large"):
            await block()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)

    assert len(failures) > 1
    assert len(set(failures)) == 1
    assert workshop.log()[0].startswith("INIT_START")


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """A file in the way is reported in one sentence."""
    (tmp_path / "logs").write_text("in the way")

    with pytest.raises(RecordingError, match=r"The logs in .* cannot be written: Not a directory"):
        Recording(tmp_path, "orders")
