"""The names of the tables that questions are asked of; sources fill them."""

LIVES = "lives"
"""One row a container."""
IDLE = "idle"
"""Not a table of its own: all idle gaps in `lives`, which cost most to keep."""
IDLE_P50 = "idle_p50"
"""Not a table of its own: the median of a container's idle gaps in `lives`."""
IN_LIVES = {IDLE, IDLE_P50}
USES = "uses"
"""One row a resource of a container."""
INITS = "inits"
"""One row an init."""
PERIODS = "periods"
"""The container records, one row each."""
RECORDS = ("container_records", "resource_records", "init_records")
"""All records as they are, with every field; for questions in SQL."""
