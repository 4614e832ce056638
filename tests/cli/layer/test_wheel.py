"""The released wheel: `pip install` and `lambda-reuse layer publish`, without a checkout."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "build", "dist", "node_modules", "__pycache__", ".*_cache", ".lambda-reuse"
)


def test_the_wheel_carries_the_layers(tmp_path):
    """Built as `make release` does it, installed elsewhere, used in an empty folder.

    The zips stand for real ones: the release builds those.
    """
    sources = tmp_path / "sources"
    shutil.copytree(ROOT, sources, ignore=LEFT_OUT, symlinks=True)
    archives = sources / "cli" / "reuse_cli" / "layers" / "archives"
    archives.mkdir()
    for architecture in ("x86_64", "arm64"):
        with zipfile.ZipFile(archives / f"lambda-reuse-layer-{architecture}.zip", "w") as archive:
            archive.writestr("extensions/lambda-reuse", architecture)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--wheel-dir", tmp_path / "dist", sources], check=True
    )
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--target", tmp_path / "site", wheel], check=True)
    empty = tmp_path / "empty"
    empty.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "reuse_cli", "layer", "publish", "--dry-run"],
        cwd=empty,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(tmp_path / "site"),
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "example",
            "AWS_SECRET_ACCESS_KEY": "example",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert str(tmp_path / "site") in done.stdout
    for architecture in ("x86_64", "arm64"):
        assert f"+ a version of lambda-reuse-{architecture}: " in done.stdout


def test_the_release_puts_the_zips_where_the_wheel_looks():
    """The recipe in the Makefile, the pattern in pyproject.toml and the command agree."""
    recipe = (ROOT / "Makefile").read_text().partition("\nrelease:")[2].partition("\n\n")[0]

    assert "cli/reuse_cli/layers/archives/" in recipe
    assert (
        'artifacts = ["cli/reuse_cli/layers/archives/*.zip"]'
        in (ROOT / "pyproject.toml").read_text()
    )
