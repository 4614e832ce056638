"""The real processes on this machine, what keeps them apart, and what cleans up after them."""
