"""Fair timing on a noisy machine: ours and the peer take turns, medians are compared.

A benchmark file ``bench_*.py`` has one function ``rows()`` that yields :class:`Row`; ``python -m benchmarks`` runs them all.
"""

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One promise: how many times faster ours must be (``at_least``), or how slow it may be (``at_most``)."""

    name: str
    ours: float  # seconds
    peer: float  # seconds
    peer_name: str
    at_least: float | None = None
    at_most: float | None = None  # of ours / peer
    note: str = ""

    @property
    def ratio(self) -> float:
        return self.peer / self.ours if self.at_least is not None else self.ours / self.peer

    @property
    def kept(self) -> bool:
        return self.ratio >= self.at_least if self.at_least is not None else self.ratio <= (self.at_most or 0.0)


def medians(ours: Callable[[], object], peer: Callable[[], object], *, repeats: int = 7) -> tuple[float, float]:
    """Median seconds of both, run in turn A B A B after one warm-up each."""
    ours(), peer()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(repeats):
        for call, record in zip((ours, peer), times, strict=True):
            gc.collect()
            start = time.perf_counter()
            call()
            record.append(time.perf_counter() - start)
    return statistics.median(times[0]), statistics.median(times[1])
