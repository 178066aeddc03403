"""Random numbers: an explicit generator, and children that do not depend on who computes them.

Task number i of a run always draws from ``SeedSequence(entropy, spawn_key=(i,))``; so the bits are the same on one core,
on four processes and on a cluster.
"""

import numpy as np

from riskkit.errors import DataError

Rng = int | np.random.Generator


def generator(rng: Rng) -> np.random.Generator:
    """Return the generator that ``rng`` stands for.

    Parameters
    ----------
    rng : int or numpy.random.Generator
        A seed, or a generator to draw from.

    Examples
    --------
    >>> bool(generator(7).standard_normal() == generator(7).standard_normal())
    True
    """
    if isinstance(rng, np.random.Generator):
        return rng
    if isinstance(rng, (int, np.integer)) and not isinstance(rng, bool) and rng >= 0:
        return np.random.default_rng(int(rng))
    raise DataError(
        "rng is not a source of random numbers",
        got=repr(rng),
        expected="a non-negative integer seed or a numpy.random.Generator",
        remedy="pass rng=1 for a reproducible run",
    )


def entropy(rng: Rng) -> int:
    """Draw one integer that seeds a whole run: an int stands for itself, a generator yields its next 63 bits."""
    if isinstance(rng, np.random.Generator):
        return int(rng.integers(2**63 - 1))
    generator(rng)
    return int(rng)


def child(seed: int, *key: int) -> np.random.Generator:
    """Return the generator of one task: a pure function of the run's seed and the task's key.

    Examples
    --------
    >>> bool(child(1, 0).random() == child(1, 0).random()), bool(child(1, 0).random() == child(1, 1).random())
    (True, False)
    """
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))
