"""The log of one container: a file that holds what its CloudWatch log stream would hold.

One event is one line, a JSON object `{"timestamp": <ms since the epoch>, "message": <text>}`.
Lines are written whole or not at all, so whatever stops the recording, the file stays readable.
"""

import json
import os
import re
from pathlib import Path
from uuid import uuid4

from reuse_sandbox.clock import iso
from reuse_sandbox.errors import RecordingError

# YYYY/MM/DD/[version]<32 hex>, the name Lambda gives the streams of a function's own log group.
_STREAM = re.compile(r"(\d{4})/(\d\d)/(\d\d)/\[(\$LATEST|\d+)\]([0-9a-f]{32})")
_FILE = re.compile(r"(\d{4})-(\d\d)-(\d\d)-(LATEST|\d+)-([0-9a-f]{32})\.jsonl")


_encode = json.JSONEncoder(separators=(",", ":")).encode


def new_stream_name(wall: float, version: str) -> str:
    """A log stream name that no other container has."""
    return f"{iso(wall)[:10].replace('-', '/')}/[{version}]{uuid4().hex}"


def file_name(stream: str) -> str:
    """A log stream's file: its name without what shells and globs take for something else."""
    match = _STREAM.fullmatch(stream)
    if match is None:
        raise ValueError(f"{stream!r} is not a log stream name")
    return "-".join(match.groups()).replace("$", "") + ".jsonl"


def stream_name(file: str) -> str | None:
    """The log stream whose file it is, or None."""
    match = _FILE.fullmatch(file)
    if match is None:
        return None
    year, month, day, version, digits = match.groups()
    return f"{year}/{month}/{day}/[{'$LATEST' if version == 'LATEST' else version}]{digits}"


class Recording:
    """The folder that holds the log streams of one function.

    The first write that fails, in whichever stream, is kept in `failure`: that is the one error to
    tell; more of its kind would say nothing new.
    """

    def __init__(self, data: Path, function: str) -> None:
        self.folder = data / "logs" / function
        self.failure: RecordingError | None = None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._error(error) from error

    def open(self, stream: str) -> "LogStream":
        """A new log stream; raises `RecordingError`."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        try:
            return LogStream(self, os.open(self.folder / file_name(stream), flags, 0o644))
        except OSError as error:
            raise self._error(error) from error

    def failed(self, error: OSError) -> None:
        """Notes that a write failed."""
        self.failure = self.failure or self._error(error)

    def _error(self, error: OSError) -> RecordingError:
        reason = error.strerror or str(error)
        return RecordingError(f"The logs in {self.folder} cannot be written: {reason}.")


class LogStream:
    """One container's log file, which ends with the first write that fails.

    Lines after that one would make a file with a hole, which nobody could tell from a whole one.
    """

    def __init__(self, recording: Recording, file: int) -> None:
        self._recording = recording
        self._file = file
        self._size = 0

    def write(self, wall: float, message: str) -> None:
        """Appends one event."""
        if self._file < 0:
            return
        event = {"timestamp": int(wall * 1000), "message": message}
        # ASCII alone, so that no reader takes a character of the message for the end of the line.
        line = _encode(event) + "\n"
        try:
            self._write_whole(line.encode())
        except OSError as error:
            self._recording.failed(error)
            self.close()

    def close(self) -> None:
        """Closes the file; may be called again."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _write_whole(self, data: bytes) -> None:
        done = 0
        try:
            while done < len(data):
                done += os.write(self._file, data[done:])
        except OSError:
            os.ftruncate(self._file, self._size)  # takes back the beginning of a line
            raise
        self._size += len(data)
