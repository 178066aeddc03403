"""Prints the ratio of every promise and exits with an error when one falls short."""

import importlib
import resource
import sys
from pathlib import Path

HEADER = f"{'benchmark':<52}{'ours':>11}{'peer':>11}  {'ratio':>9} {'promise':>9}  "


def main(names: list[str]) -> int:
    files = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
    short = 0
    print(HEADER)
    for file in files:
        if names and not any(name in file for name in names):
            continue
        for row in importlib.import_module(f"benchmarks.{file}").rows():
            promise = f">= {row.at_least:g}x" if row.at_least is not None else f"<= {row.at_most:g}x"
            verdict = "kept" if row.kept else "SHORT"
            short += not row.kept
            timings = f"{row.ours * 1e3:>8.3f} ms{row.peer * 1e3:>8.1f} ms"
            print(
                f"{row.name:<52}{timings}  {row.ratio:>8.1f}x {promise:>9}  {verdict}  vs {row.peer_name} {row.note}",
                flush=True,
            )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MiB; {'every promise kept' if not short else f'{short} promises fell short'}")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
