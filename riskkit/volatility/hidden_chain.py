"""A hidden Markov chain behind normal returns: its filter, its smoother, and expectation-maximisation.

All sums of probabilities are sums of exponentials of logarithms, so that neither a long series nor an outlier underflows.
The recursions multiply matrices along time. They are done in blocks side by side, each from every state in which it may
begin, and the blocks are then joined: about the root of T steps instead of T.
"""

from functools import reduce
from typing import NamedTuple

import numpy as np

from riskkit.checks import FloatArray
from riskkit.rng import Rng, generator

FLOOR = 1e-6  # least variance of a state, in units of the mean square of the data: the likelihood has no maximum at zero
CLOSE = 1e-7  # log-likelihood that a converged search may still have before it
SHORT, LONG = 30, 2000  # iterations of a trial, and of the search from the best trials
FINALISTS = 3
DRAWN = 16  # further trials when rng is given


class Chain(NamedTuple):
    """Parameters: one mean, and for K states their variances, transitions (row: from) and first probabilities."""

    mean: float
    variance: FloatArray  # (K,)
    transition: FloatArray  # (K, K)
    initial: FloatArray  # (K,)

    @property
    def ordered(self) -> "Chain":
        """The same chain with its states numbered from the calmest to the wildest."""
        order = np.argsort(self.variance, kind="stable")
        return Chain(self.mean, self.variance[order], self.transition[np.ix_(order, order)], self.initial[order])

    @property
    def log_transition(self) -> FloatArray:
        """Logarithms of the transitions, minus infinity for the impossible."""
        return _log(self.transition)

    def log_density(self, values: FloatArray) -> FloatArray:
        """Log-density of each value in each state, (T, K)."""
        squares = (values[:, np.newaxis] - self.mean) ** 2 / self.variance
        return -0.5 * (squares + np.log(2.0 * np.pi * self.variance))


class Smoothed(NamedTuple):
    """What the whole series says about the hidden states."""

    loglikelihood: float
    probabilities: FloatArray  # (T, K)
    transitions: FloatArray  # (K, K), expected numbers


def filtered(chain: Chain, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Probabilities (T, K) of the states given the values up to each, and log-density (T,) of each given those before."""
    joint = _forward(chain, chain.log_density(values))
    so_far = np.logaddexp.reduce(joint, axis=1)
    return np.exp(joint - so_far[:, np.newaxis]), np.diff(so_far, prepend=0.0)


def smoothed(chain: Chain, values: FloatArray) -> Smoothed:
    """Probabilities of the states given all values, and expected numbers of transitions."""
    log_density = chain.log_density(values)
    links = chain.log_transition + log_density[1:, np.newaxis, :]
    forward = _forward(chain, log_density)
    backward = _propagate(np.zeros(len(chain.variance)), links[::-1].transpose(0, 2, 1))[::-1]
    total = float(np.logaddexp.reduce(forward[-1]))
    pairs = np.exp(forward[:-1, :, np.newaxis] + links + backward[1:, np.newaxis, :] - total)
    return Smoothed(total, np.exp(forward + backward - total), pairs.sum(axis=0))


def highest(values: FloatArray, states: int, free_mean: bool, rng: Rng | None) -> tuple[Chain, FloatArray, bool]:
    """Highest end of :func:`maximised` from a grid of starts, and from drawn ones when ``rng`` is given."""
    starts = _grid(states) + ([] if rng is None else _drawn(states, generator(rng)))
    trials = sorted((maximised(values, start, SHORT, free_mean) for start in starts), key=_height)
    return max((maximised(values, trial[0], LONG, free_mean) for trial in trials[-FINALISTS:]), key=_height)


def _height(end: tuple[Chain, FloatArray, bool]) -> float:
    return float(np.nan_to_num(end[1][-1], nan=-np.inf))


def _start(variance: FloatArray, stay: float) -> Chain:
    """A start of mean square 1, with equal transitions to the other states."""
    states = len(variance)
    transition = np.full((states, states), (1.0 - stay) / (states - 1))
    np.fill_diagonal(transition, stay)
    return Chain(0.0, variance / variance.mean(), transition, np.full(states, 1.0 / states))


def _grid(states: int) -> list[Chain]:
    """States far apart and close, lasting and short; of three also two that are close and one that is far."""
    ladders = [np.geomspace(1.0, ratio, states) for ratio in (3.0, 20.0, 200.0)]
    if states == 3:
        ladders += [np.array([1.0, 3.0, 100.0]), np.array([1.0, 50.0, 100.0])]
    return [_start(ladder, stay) for ladder in ladders for stay in (0.6, 0.95, 0.99)]


def _drawn(states: int, rng: np.random.Generator) -> list[Chain]:
    """Starts at random: standard deviations over two powers of ten, mean stays of 2 to 200 steps."""
    variances = 10.0 ** rng.uniform(-2.0, 2.0, size=(DRAWN, states))
    stays = 1.0 - 0.5 * 10.0 ** rng.uniform(-2.0, 0.0, size=DRAWN)
    return [_start(np.sort(variance), stay) for variance, stay in zip(variances, stays, strict=True)]


def maximised(values: FloatArray, start: Chain, most: int, free_mean: bool) -> tuple[Chain, FloatArray, bool]:
    """Expectation-maximisation from a start.

    Parameters
    ----------
    values : array of shape (T,)
        Data of mean square about 1.
    start : Chain
    most : int
        Largest number of iterations.
    free_mean : bool
        False keeps the mean of the start.

    Returns
    -------
    tuple
        The last chain; the log-likelihood of the start and after each iteration, which never falls; and whether the rest of
        the way up, extrapolated as a geometric series (Aitken), is below 1e-7.
    """
    chain, state, history = start, smoothed(start, values), []
    for _ in range(most):
        history.append(state.loglikelihood)
        if _arrived(history):
            return chain, np.array(history), True
        chain = _improved(chain, values, state, free_mean)
        state = smoothed(chain, values)
    return chain, np.append(history, state.loglikelihood), False


def _improved(chain: Chain, values: FloatArray, state: Smoothed, free_mean: bool) -> Chain:
    """One maximisation: the mean at the old variances, then the variances about the new mean; each lifts the likelihood."""
    mean, occupied = chain.mean, state.probabilities.sum(axis=0)
    if free_mean:
        weights = state.probabilities @ (1.0 / chain.variance)
        mean = float(weights @ values / weights.sum())
    squares = (values - mean) ** 2 @ state.probabilities
    variance = np.divide(squares, occupied, out=chain.variance.copy(), where=occupied > 0.0)
    left = state.transitions.sum(axis=1, keepdims=True)
    transition = np.divide(state.transitions, left, out=chain.transition.copy(), where=left > 0.0)
    return Chain(mean, np.maximum(variance, FLOOR), transition, state.probabilities[0] / state.probabilities[0].sum())


def _arrived(history: list[float]) -> bool:
    if len(history) < 3:
        return False
    before, now = history[-2] - history[-3], history[-1] - history[-2]
    if now <= 1e-14 * abs(history[-1]):  # rounding of the sum
        return True
    return now < before and now * now / (before - now) < CLOSE


def _forward(chain: Chain, log_density: FloatArray) -> FloatArray:
    """Log of the joint density of the values up to each and of the state there, (T, K)."""
    return _propagate(_log(chain.initial) + log_density[0], chain.log_transition + log_density[1:, np.newaxis, :])


def _propagate(start: FloatArray, links: FloatArray) -> FloatArray:
    """Row vectors ``start``, ``start * links[0]``, ``start * links[0] * links[1]``, ... in logarithms: (N + 1, K)."""
    count, states = len(links), len(start)
    length = max(int(np.ceil(np.sqrt(count))), 1)
    blocks = -(-count // length)
    filled = np.zeros((blocks * length, states, states))
    filled[:count] = links
    products = filled.reshape(blocks, length, states, states)
    for step in range(1, length):
        pairs = products[:, step - 1, :, :, np.newaxis] + products[:, step, np.newaxis, :, :]
        products[:, step] = _summed(pairs, 2)
    first = np.empty((blocks, states))
    reached = start
    for block in range(blocks):
        first[block] = reached
        reached = _summed(reached[:, np.newaxis] + products[block, -1], 0)
    steps = _summed(first[:, np.newaxis, :, np.newaxis] + products, 2)
    return np.concatenate([start[np.newaxis], steps.reshape(-1, states)[:count]])


def _summed(logarithms: FloatArray, axis: int) -> FloatArray:
    """Sum over the few states, in logarithms; half the time of ``np.logaddexp.reduce``."""
    return reduce(np.logaddexp, np.moveaxis(logarithms, axis, 0))


def _log(probabilities: FloatArray) -> FloatArray:
    return np.log(probabilities, out=np.full_like(probabilities, -np.inf), where=probabilities > 0.0)
