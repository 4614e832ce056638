"""The product's version, as it stands in every line."""

VERSION = "0.1.0"
"""That of `pyproject.toml`; a test holds them together."""
