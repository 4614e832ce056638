"""Container ids as tables and lanes show them."""

import pytest
from reuse_cli.formats.container_ids import short


@pytest.mark.parametrize(
    ("container_id", "shown"),
    [
        ("2026/11/26/[$LATEST]43317218adc44fb5bf9179efc3c5281a", "43317218"),
        ("2026/11/26/orders[7]43317218adc44fb5bf9179efc3c5281a", "43317218"),
        ("a0000000b", "a0000000"),
        ("abc", "abc"),
        ("", ""),
    ],
)
def test_short(container_id, shown):
    """The digits behind the version; an id without one is shown from its beginning."""
    assert short(container_id) == shown
