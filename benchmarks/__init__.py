"""What it costs: `python -m benchmarks [NAME...]`. Nothing here is a test."""
