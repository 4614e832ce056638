"""The layer for arm64: the same life, on an emulated processor."""

import platform
import shutil
import time
import zipfile

import pytest

from tests import platform_events as pe
from tests.built_layer import built_layer
from tests.layer.test_build import MAX_EXECUTABLE, MAX_ZIP, PT_DYNAMIC, PT_INTERP, program_headers
from tests.line_schema import check_line
from tests.player import Player

pytestmark = pytest.mark.slow

QEMU = shutil.which("qemu-aarch64-static")
IS_NATIVE = platform.machine() == "aarch64"


@pytest.mark.skipif(not QEMU and not IS_NATIVE, reason="Debian's qemu-user-static is not installed")
def test_the_arm64_executable_lives_as_the_other_one_does(tmp_path, tmp_path_factory):
    """Static, small, and with right records."""
    archive = built_layer(tmp_path_factory, "arm64")
    with zipfile.ZipFile(archive) as opened:
        opened.extract("extensions/lambda-reuse", tmp_path)
    executable = tmp_path / "extensions" / "lambda-reuse"
    executable.chmod(0o755)
    now_ms = int(time.time() * 1000)
    emulated = [] if IS_NATIVE else [QEMU]

    with Player([*emulated, str(executable)], tmp_path) as player:
        player.start().ready()
        player.tell(pe.init_start(now_ms), pe.init_report(now_ms + 100, 99.5))
        player.invoke("one")
        player.tell(
            pe.start(now_ms + 100, "one"),
            pe.runtime_done(now_ms + 120, "one", 19.5),
            pe.report(now_ms + 121, "one", 19.5, init_ms=99.5),
        )
        player.shutdown()
        assert player.end() == 0
        records = player.records()

    last = [record for record in records if record["record"] == "container/1"][-1]
    assert [last["end"], last["total"]["invocations"]] == ["spindown", 1]
    if IS_NATIVE:  # elsewhere /proc/self/exe is the emulator
        assert last["architecture"] == "arm64"
    assert executable.stat().st_size <= MAX_EXECUTABLE
    assert archive.stat().st_size <= MAX_ZIP
    assert {PT_INTERP, PT_DYNAMIC} & set(program_headers(executable)) == set()
    for record in records:
        check_line(record)
