"""What comes after the data of a model of the GARCH family: expected variances in closed form, or over simulated paths."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from riskkit.checks import FloatArray
from riskkit.rng import Rng, generator
from riskkit.volatility.specification import recursion_of

if TYPE_CHECKING:
    from riskkit.volatility.general_state import GeneralState


def mean_ahead(state: "GeneralState", horizon: int) -> FloatArray:
    """Expected return of each of the next steps, (horizon,)."""
    mu, phi = float(state.params.get("mu", 0.0)), float(state.params.get("phi", 0.0))
    result = np.full(horizon, mu)
    if phi == 0.0:
        return result
    last = mu / (1.0 - phi)  # what a series that was never seen is expected to be
    for value in state.observed.to_numpy():
        last = mu + phi * last if np.isnan(value) else value
    for step in range(horizon):
        last = result[step] = mu + phi * last
    return result


def forecast(state: "GeneralState", horizon: int, added: FloatArray, rng: Rng | None, paths: int) -> pd.DataFrame:
    """See :meth:`GeneralState.forecast`; ``added`` (horizon,) is what regressors add to the state of each step."""
    recursion = recursion_of(state.spec)
    if recursion.closed_form or horizon == 1:
        variance = np.empty(horizon)
        states = state.states[-1]
        for step in range(horizon):
            states = states + np.array([added[step], 0.0])
            variance[step] = recursion.variance(states[0], state.params)
            if step + 1 < horizon:
                states = recursion.expected(state.params, state.moment, states)
    else:
        assert rng is not None
        variance = simulate(state, (horizon, paths), added, rng, "law")[1].mean(axis=1)
    phi = float(state.params.get("phi", 0.0))
    for step in range(1, horizon):
        variance[step] += phi**2 * variance[step - 1]
    steps = pd.RangeIndex(1, horizon + 1, name="step")
    return pd.DataFrame({"mean": mean_ahead(state, horizon), "sigma": np.sqrt(variance)}, index=steps)


def simulate(
    state: "GeneralState", shape: tuple[int, int], added: FloatArray, rng: Rng, shocks: str
) -> tuple[FloatArray, FloatArray]:
    """Returns (T, S) and the variances that they were drawn with, (T, S)."""
    random = generator(rng)
    if shocks == "bootstrap":
        return returns_of(state, random.choice(state.standardised.dropna().to_numpy(), shape), added)
    return returns_of(state, state.innovation.draw(random, shape), added)


def returns_of(state: "GeneralState", result: FloatArray, added: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Returns that standardised shocks (T, S) make, in place, and their variances, (T, S)."""
    recursion, paths = recursion_of(state.spec), result.shape[1]
    variance = np.empty_like(result)
    states = np.repeat(state.states[-1][:, np.newaxis], paths, axis=1)
    mu, phi = float(state.params.get("mu", 0.0)), float(state.params.get("phi", 0.0))
    before = np.full(paths, (mean_ahead(state, 1)[0] - mu) / phi if phi else 0.0)
    for step, row in enumerate(result):
        states[0] += added[step]
        variance[step] = recursion.variance(states[0], state.params)
        row *= np.sqrt(variance[step])
        states = recursion.step(state.params, state.moment, row, states)
        row += mu + phi * before
        before = row
    return result, variance
