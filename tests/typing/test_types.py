"""Type checkers see through the helper: signatures and types are kept."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
HELPER = HERE.parents[1] / "python_helper"
BIN = Path(sys.executable).parent


def tool(name: str) -> str:
    """A program of this environment, or of the path."""
    found = shutil.which(name, path=f"{BIN}{os.pathsep}{os.environ['PATH']}")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@pytest.mark.slow
def test_mypy(tmp_path):
    """As strict as can be: what must be understood is, what must be found is."""
    done = subprocess.run(
        [
            tool("mypy"), "--strict", "--warn-unused-ignores", "--config-file=",
            f"--cache-dir={tmp_path}", "--disable-error-code=unused-coroutine",
            str(HERE / "uses.py"),
        ],
        env={**os.environ, "MYPYPATH": str(HELPER)},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip

    assert done.stdout == "Success: no issues found in 1 source file\n"


@pytest.mark.slow
def test_pyright(tmp_path):
    """The same with the other checker."""
    shutil.copy(HERE / "uses.py", tmp_path)
    (tmp_path / "pyrightconfig.json").write_text(
        json.dumps(
            {
                "include": ["uses.py"],
                "extraPaths": [str(HELPER)],
                "pythonVersion": "3.11",
                "reportUnnecessaryTypeIgnoreComment": "error",
                "reportUnusedCoroutine": "none",
            }
        )
    )
    done = subprocess.run(
        [tool("pyright"), "--pythonpath", sys.executable, "--outputjson", "--project",
         str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    report = json.loads(done.stdout)

    assert report["summary"]["filesAnalyzed"] == 1
    assert [problem["message"] for problem in report["generalDiagnostics"]] == []


def test_the_package_says_that_it_is_typed():
    """py.typed is there, and so are the signatures."""
    assert (HELPER / "lambda_reuse" / "py.typed").exists()
    assert (HELPER / "lambda_reuse" / "signatures.pyi").exists()
