"""One row of an answer: values by the names that JSON output has for them."""

from typing import Any

Row = dict[str, Any]
