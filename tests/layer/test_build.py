"""The layer as it is shipped: what is in it, what it needs, and that it can be built again."""

import hashlib
import json
import os
import shutil
import struct
import subprocess
import time
import zipfile
from pathlib import Path

import pytest
from reuse_cli.layers.helper import FOR_DEVELOPMENT

from tests import platform_events as pe
from tests.conftest import ROOT
from tests.player import Player

pytestmark = pytest.mark.slow

MAX_EXECUTABLE = 450_000
MAX_ZIP = 400_000
PT_DYNAMIC, PT_INTERP = 2, 3
WRAPPERS = ("cc-x86_64", "cc-aarch64", "ar")
"""How the build calls the compiler: they name a folder, and are made again in each."""
CHROOT = shutil.which("chroot", path="/usr/sbin:/usr/bin:/sbin:/bin")


def build(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [folder / "layer_build.sh", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )


@pytest.fixture
def executable(standalone_layer: Path) -> Path:
    return standalone_layer / "extensions" / "lambda-reuse"


def program_headers(path: Path) -> list[int]:
    """The types of an ELF file's segments; ELF-64 specification, e_phoff and e_phnum."""
    data = path.read_bytes()
    assert data.startswith(b"\x7fELF\x02\x01")
    offset, size, number = (
        *struct.unpack_from("<Q", data, 0x20),
        *struct.unpack_from("<HH", data, 0x36),
    )
    return [struct.unpack_from("<I", data, offset + i * size)[0] for i in range(number)]


def test_the_zip_holds_the_executable_and_the_helper_and_nothing_else(archive):
    """Lambda starts everything in `extensions/`, so there is one file in it, and it may be run."""
    with zipfile.ZipFile(archive) as opened:
        modes = {entry.filename: entry.external_attr >> 16 & 0o777 for entry in opened.infolist()}
    sources = ROOT / "python_helper"
    helper = {
        f"python/{path.relative_to(sources)}"
        for path in (sources / "lambda_reuse").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    helper -= {f"python/lambda_reuse/auto/{name}" for name in ("start.py", "wrapper.sh")}
    helper -= {f"python/lambda_reuse/{name}" for name in FOR_DEVELOPMENT}
    helper |= {"python/lambda-reuse.pth", "python/lambda_reuse_start.py"}
    helper |= {"python/lambda_reuse/bytecode"}
    for tag in (f"cpython-3{minor}.pyc" for minor in (11, 12, 13, 14)):
        helper.add(f"python/__pycache__/lambda_reuse_start.{tag}")
        helper.add(f"python/lambda_reuse/__pycache__/__init__.{tag}")

    assert helper | {"extensions/lambda-reuse", "lambda-reuse-wrapper"} == set(modes)
    assert modes.pop("extensions/lambda-reuse") == 0o755
    assert modes.pop("lambda-reuse-wrapper") == 0o755
    assert set(modes.values()) == {0o644}


def test_the_executable_is_static(executable):
    """No interpreter and no shared library is asked for."""
    headers = program_headers(executable)

    assert headers != []
    assert {PT_INTERP, PT_DYNAMIC} & set(headers) == set()


def test_sizes(executable, archive):
    """The executable at most 450 kB, the zip at most 400 kB."""
    assert executable.stat().st_size <= MAX_EXECUTABLE
    assert archive.stat().st_size <= MAX_ZIP


@pytest.mark.skipif(os.geteuid() != 0 or not CHROOT, reason="chroot is there for root alone")
def test_it_lives_in_a_root_that_holds_nothing_else(executable, tmp_path):
    """No file of the machine is needed: no loader, no /proc, no /dev, no /tmp."""
    root = tmp_path / "root"
    (root / "opt").mkdir(parents=True)
    shutil.copy(executable, root / "opt" / "lambda-reuse")
    now_ms = int(time.time() * 1000)

    with Player([CHROOT, str(root), "/opt/lambda-reuse"], tmp_path) as player:
        player.start().ready()
        player.tell(pe.init_start(now_ms), pe.init_report(now_ms + 100, 99.5))
        player.invoke("one")
        player.tell(pe.start(now_ms + 100, "one"), pe.runtime_done(now_ms + 120, "one", 19.5))
        player.tell(pe.report(now_ms + 121, "one", 19.5, init_ms=99.5))
        player.shutdown()
        assert player.end() == 0
        last = player.records()[-1]

    assert [last["end"], last["total"]["invocations"]] == ["spindown", 1]
    assert player.errors == []


def copy_of_the_sources(folder: Path) -> Path:
    """The project in another folder, with what was downloaded and nothing that was made of it.

    The compiler stays where it is, and its cache of its own libraries comes along: neither is this
    project's, and the libraries take longer than all else.
    """
    kept = shutil.ignore_patterns(".git", ".venv", "build", "dist", "__pycache__", ".*_cache")
    shutil.copytree(ROOT, folder, ignore=kept)
    downloaded = folder / "build" / "runtime"
    downloaded.mkdir(parents=True)
    for path in (ROOT / "build" / "runtime").iterdir():
        if path.name.startswith("zig-0"):
            (downloaded / path.name).mkdir()
            for part in path.iterdir():
                if part.name not in WRAPPERS:
                    (downloaded / path.name / part.name).symlink_to(part)
        elif path.name == "zig-libraries":
            shutil.copytree(path, downloaded / path.name)
        elif path.name.endswith(".tar.xz"):
            os.link(path, downloaded / path.name)
    interpreters = folder / "build" / "interpreters"
    interpreters.mkdir()
    for path in (ROOT / "build" / "interpreters").glob("pyodide-*"):
        (interpreters / path.name).symlink_to(path)
    return folder


def test_two_builds_in_different_folders_give_the_same_bytes(archive, tmp_path):
    """Executable, zip and the list of what is inside."""
    other = copy_of_the_sources(tmp_path / "a-folder-whose-name-has-another-length")
    built = build(other, "--arch", "native")

    assert built.returncode == 0, built.stderr
    assert digest(archive) == digest(other / built.stdout.strip())
    bill = "lambda-reuse-layer.cdx.json"
    assert digest(archive.with_name(bill)) == digest(other / "dist" / bill)
    shutil.rmtree(other)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_sums_are_those_of_the_files(archive):
    """SHA256SUMS names what this build made, and nothing that lay there before."""
    lines = (archive.parent / "SHA256SUMS").read_text().splitlines()
    reported = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}

    assert {archive.name, "lambda-reuse-layer.cdx.json"} <= set(reported)
    assert {name: digest(archive.parent / name) for name in reported} == reported


def test_the_bill_of_materials_is_valid(archive):
    """CycloneDX 1.6, by the standard's own schema; the versions are the pinned ones."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    text = (archive.parent / "lambda-reuse-layer.cdx.json").read_text()
    pinned = (ROOT / "extension/reuse_extension/runtime/versions.sh").read_text()
    versions = {part["name"]: part["version"] for part in json.loads(text)["components"]}

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert f"MICROPYTHON_VERSION={versions['micropython']}\n" in pinned
    assert f"zig-{pinned.partition('ZIG_VERSION=')[2].split()[0]}" == versions["musl"]


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "sentence"),
    [
        (["--arch", "riscv"], {}, 252, "riscv is no architecture of Lambda: x86_64 or arm64"),
        (["--arch"], {}, 252, "is no architecture of Lambda"),
        (["--colour"], {}, 252, "layer_build.sh --arch"),
        ([], {"PYTHON": "/no/python3"}, 253, "there is no /no/python3"),
        ([], {"MICROPYTHON_SOURCE": "/no/file"}, 253, "names /no/file, which is not there"),
        ([], {"MICROPYTHON_SOURCE": __file__}, 253, "is not the source of MicroPython"),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(tmp_path, arguments, environment, code, sentence):
    """Nothing is built; the exit code tells a wrong call from a wrong machine."""
    shutil.copytree(ROOT / "extension", tmp_path / "extension")
    shutil.copytree(ROOT / "cli", tmp_path / "cli")
    shutil.copy(ROOT / "layer_build.sh", tmp_path)

    built = build(tmp_path, *arguments, **environment)

    assert code == built.returncode
    assert sentence in built.stderr


def test_a_folder_that_make_cannot_work_in_is_refused(tmp_path):
    """A blank in a path is the end of it to make."""
    folder = tmp_path / "a folder"
    folder.mkdir()
    shutil.copy(ROOT / "layer_build.sh", folder)
    shutil.copytree(ROOT / "extension", folder / "extension")

    built = build(folder)

    assert built.returncode == 253
    assert "a path without blanks" in built.stderr


def test_the_layer_of_the_source_tree(tmp_path):
    """For Python functions, without a compiler; it lives as the standalone one does."""
    built = build(ROOT, "--from-source-tree")
    assert built.returncode == 0, built.stderr
    with zipfile.ZipFile(ROOT / built.stdout.strip()) as opened:
        opened.extractall(tmp_path / "opt")
    launcher = tmp_path / "opt" / "extensions" / "lambda-reuse"
    launcher.chmod(0o755)  # zipfile keeps no modes

    with Player([str(launcher)], tmp_path) as player:
        player.start().ready()
        player.invoke("one")
        player.shutdown()
        assert player.end() == 0
        assert player.records()[-1]["end"] == "spindown"
