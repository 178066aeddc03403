"""One path to many cores: threads or processes on one machine, Dask on a cluster.

A task is a pure function ``task(key)``: what it needs at random it draws from :func:`riskkit.rng.child` with its own key.
So the answers, in the order of the keys, do not depend on where they were computed. The backend is joblib's: to use a Dask
cluster, wrap the call in ``joblib.parallel_config(backend="dask")``.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from joblib import Parallel, delayed
from tqdm.auto import tqdm

from riskkit import checks

Key = TypeVar("Key")
Answer = TypeVar("Answer")


def compute(
    task: Callable[[Key], Answer], keys: Sequence[Key], *, workers: int | None = None, label: str | None = None
) -> list[Answer]:
    """Apply ``task`` to every key and return the answers in the order of the keys.

    Parameters
    ----------
    task : callable
        A pure function of its key; picklable when processes are used.
    keys : sequence
        One entry per task.
    workers : int, optional
        Number of workers; None takes the number set by ``joblib.parallel_config`` (one if none is set).
    label : str, optional
        Name of a progress bar; None shows none. ``TQDM_DISABLE=1`` silences all bars.

    Examples
    --------
    >>> compute(abs, [-1, 2, -3], workers=1)
    [1, 2, 3]
    """
    if workers is not None:
        checks.whole("workers", workers, least=1)
    answers: Iterable[Answer] = Parallel(n_jobs=workers, return_as="generator")(delayed(task)(key) for key in keys)
    return list(answers if label is None else tqdm(answers, total=len(keys), desc=label, disable=silent()))


def silent() -> bool:
    """Say whether ``TQDM_DISABLE`` silences progress bars; tqdm's bar for notebooks does not look at it by itself."""
    return os.environ.get("TQDM_DISABLE", "0") not in ("", "0")
