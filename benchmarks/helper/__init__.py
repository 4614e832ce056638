"""The helper beside the caches people use today."""
