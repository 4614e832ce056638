"""The layer: what goes into it, and how it gets to functions."""
