"""The lowest versions that pyproject.toml allows do what the newest do."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
EXTRAS = ("cli", "sandbox", "demo")
"""What users install; the tools of `dev` check the code and do not run in it."""
RUNNERS = ("hypothesis", "jsonschema", "pytest")
CHECKED = (
    "tests/cli/test_shapes.py",
    "tests/cli/test_lines.py",
    "tests/cli/test_answers.py",
    "tests/cli/test_formats.py",
    "tests/cli/layer/test_commands.py",
    "tests/end_to_end/test_numbers.py",
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
    """Every shape, line, file, answer and command, and a run of the sandbox."""
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
