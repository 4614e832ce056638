"""The version in the records is that of the product."""

import tomllib
from pathlib import Path

from reuse_extension.version import VERSION

ROOT = Path(__file__).parents[2]


def test_it_is_the_version_of_the_package():
    """A release changes both."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    assert project["version"] == VERSION
