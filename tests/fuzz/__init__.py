"""Searches for bytes that the extension cannot take: `make fuzz`."""
