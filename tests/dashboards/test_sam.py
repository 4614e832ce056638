"""The template, judged by the AWS SAM CLI itself."""

import os
import subprocess
import venv
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not os.environ.get("LAMBDA_REUSE_SAM"),
        reason="installs the SAM CLI, which takes a minute: `make sam` runs it",
    ),
]
TEMPLATE = Path(__file__).parents[2] / "template.yaml"


def test_sam_takes_the_template(tmp_path: Path) -> None:
    """`sam validate --lint`, as a user would run it before a deployment."""
    venv.create(tmp_path / "venv", with_pip=True)
    programs = tmp_path / "venv" / "bin"
    pip = [programs / "python", "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    subprocess.run([*pip, "aws-sam-cli>=1.150"], check=True)
    done = subprocess.run(
        [programs / "sam", "validate", "--lint", "--template", TEMPLATE, "--region", "eu-west-1"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "SAM_CLI_TELEMETRY": "0", "HOME": str(tmp_path)},
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "is a valid SAM Template" in done.stdout
