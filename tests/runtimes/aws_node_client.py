"""AWS's runtime client for nodejs20.x and nodejs22.x, as npm has it."""

import functools
from pathlib import Path

import pytest

from layer_tools import npm_package

RELEASE = "3.3.0"
SHA256 = "fb6cd346ec91301e6a02921e60bea1cc8d73cc7ec301191416b95f7d1295e09a"
HOME = Path(__file__).parents[2] / "build" / f"aws-lambda-ric-{RELEASE}"
RAPID_CLIENT = Path(__file__).with_name("rapid_client.cjs")


@functools.cache
def wrapper() -> str:
    """The script of a wrapper (AWS_LAMBDA_EXEC_WRAPPER) that runs the function under this client.

    Skips the test where the client cannot be had.
    """
    try:
        home = npm_package.fetch("aws-lambda-ric", RELEASE, SHA256, HOME)
    except npm_package.NoPackageError as error:
        pytest.skip(f"AWS's Node.js runtime client is not here: {error}")
    return f"""#!/bin/sh
exec node --no-experimental-require-module --require '{RAPID_CLIENT}' \\
    '{home / "bin/index.mjs"}' "$_HANDLER"
"""
