"""APARCH: its special cases, and its expectation for a missing return."""

import numpy as np
import pandas as pd
import pytest
from oracles import garch as twin

from riskkit.volatility import Gjr
from riskkit.volatility.aparch import Aparch
from riskkit.volatility.specification import filtered_states

ROWS = 400


def states(spec, values, first, **params):
    return filtered_states(spec, pd.Series(params), values, np.empty((len(values), 0)), np.array([first, 0.0]))[:, 0]


@pytest.fixture(scope="module")
def values():
    result = twin.simulate(ROWS, 0.05, 0.1, 0.85, 6, 7)
    result[[50, 51, 52]] = np.nan
    return result


def test_power_two_is_gjr(values):
    """delta = 2: alpha (|e| - gamma e)^2 is alpha (1 - gamma)^2 e^2 above zero and alpha (1 + gamma)^2 e^2 below."""
    power = states(Aparch("normal"), values, 1.0, mu=0.1, omega=0.05, alpha=0.08, gamma=0.3, beta=0.8, delta=2.0)
    low, high = 0.08 * 0.7**2, 0.08 * 1.3**2
    gjr = states(Gjr("normal"), values, 1.0, mu=0.1, omega=0.05, alpha=low, gamma=high - low, beta=0.8)
    np.testing.assert_allclose(power, gjr, rtol=1e-12)


def test_power_one_is_a_standard_deviation(values):
    """delta = 1, gamma = 0: Taylor's and Schwert's model; a missing |e| is sqrt(2 / pi) s with normal innovations."""
    power = states(Aparch("normal"), values, 1.0, mu=0.0, omega=0.05, alpha=0.1, gamma=0.0, beta=0.85, delta=1.0)
    s = [1.0]
    for value in values:
        push = np.sqrt(2.0 / np.pi) * s[-1] if np.isnan(value) else abs(value)
        s.append(0.05 + 0.1 * push + 0.85 * s[-1])
    np.testing.assert_allclose(power, s, rtol=1e-12)


def test_it_fits_no_worse_than_gjr(values):
    series = pd.Series(values[~np.isnan(values)])
    power, gjr = Aparch("normal", start=1.0).fit(series), Gjr("normal", start=1.0).fit(series)
    assert power.loglikelihood > gjr.loglikelihood - 0.05  # the variance before the first day pushes a little differently
