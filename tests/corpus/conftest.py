"""The corpus uses what the observers' tests use."""

from tests.auto.conftest import aws

__all__ = ("aws",)
