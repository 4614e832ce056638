"""The lowest versions that pyproject.toml allows do what the newest do."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not os.environ.get("LAMBDA_REUSE_LOWEST"),
        reason="builds an environment of its own for minutes: `make lowest` runs it",
    ),
]
ROOT = Path(__file__).parents[1]
EXTRAS = ("cli", "sandbox")
"""What users install; the demo's and the tools of `dev` serve development alone."""
RUNNERS = ("hypothesis", "jsonschema", "pytest")
CHECKED = (
    "tests/cli/test_shapes.py",
    "tests/cli/test_lines.py",
    "tests/cli/test_answers.py",
    "tests/cli/test_formats.py",
)


def lowest() -> list[str]:
    """`name==version` for the lower bound of each requirement."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    found = [line for extra in EXTRAS for line in extras["optional-dependencies"][extra]]
    found += [
        line
        for line in extras["optional-dependencies"]["dev"]
        if re.split(r"[\[>=]", line)[0] in RUNNERS
    ]
    assert all(line.count(">=") == 1 for line in found)
    return [line.replace(">=", "==") for line in found]


def test_the_lowest_versions_pass(tmp_path):
    """Every shape, line, answer and format."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path], check=True)
    python = tmp_path / "bin" / "python"
    pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    subprocess.run([*pip, *lowest()], check=True)
    subprocess.run([*pip, "--no-deps", "--editable", ROOT], check=True)

    done = subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "not fleet", *CHECKED],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-8000:]
