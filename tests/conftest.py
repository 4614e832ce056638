"""What all tests share: one unit of waiting that slow machines can stretch."""

import os

MS = 0.001 * float(os.environ.get("LAMBDA_REUSE_TEST_SLOWDOWN", "1"))
"""One millisecond in seconds; every wait in the tests is a multiple of it."""
