"""One row per promised ratio, each against the peer in the same run; `python -m benchmarks`."""
