"""What is measured, built into one folder."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from reuse_cli.layers.source_layer import assemble

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

LIMIT = "C program, the limit"
STANDALONE = "lambda-reuse"
SOURCE = "lambda-reuse, from source"
USUAL = "http.server and requests"


@dataclass
class Candidates:
    """The launcher, and each candidate's command; `archive` is the layer's zip."""

    launcher: Path
    commands: dict[str, list[str]]
    archive: Path

    @property
    def executable(self) -> Path:
        return Path(self.commands[STANDALONE][0])


def build(folder: Path) -> Candidates:
    """Build everything. Raises CalledProcessError where something cannot be built."""
    built = subprocess.run(
        [ROOT / "layer_build.sh", "--arch", "native"], check=True, capture_output=True, text=True
    )
    archive = ROOT / built.stdout.strip()
    architecture = archive.stem.rpartition("-")[2]
    standalone = ROOT / "build" / f"layer-{architecture}" / "extensions" / "lambda-reuse"
    source = assemble(folder / "source") / "extensions" / "lambda-reuse"
    # The same compiler and C library as the extension's own.
    target = {"arm64": "aarch64"}.get(architecture, architecture)
    (compiler,) = (ROOT / "build" / "runtime").glob(f"zig-0*/cc-{target}")
    for name in ("launch", "reference"):
        command = [compiler, "-O2", "-static", "-s", "-D_GNU_SOURCE", HERE / f"{name}.c"]
        subprocess.run([*command, "-o", folder / name], check=True)
    commands = {
        LIMIT: [str(folder / "reference")],
        STANDALONE: [str(standalone)],
        SOURCE: [str(source)],
        USUAL: [sys.executable, str(HERE / "usual_way.py")],
    }
    return Candidates(folder / "launch", commands, archive)
