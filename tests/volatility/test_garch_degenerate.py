"""Data that GARCH was not made for: an error that says why, or a status that claims no optimum where there is none."""

import numpy as np
import pandas as pd
import pytest

from riskkit.core import FitStatus
from riskkit.errors import DataError
from riskkit.volatility import Garch, Gjr, roll
from riskkit.volatility.garch_fit import GarchFit
from riskkit.volatility.rolling import rolled_fits

LAWS = ("normal", "t")
RNG = np.random.default_rng(5)
SHOCKS = RNG.standard_t(5, 400)
ZEROS = np.where(RNG.random(400) < 0.97, 0.0, SHOCKS)
ONE = np.r_[np.zeros(399), 1.0]
OUTLIER = np.r_[SHOCKS[:120], 1e3, SHOCKS[120:300]]


@pytest.mark.parametrize("dist", LAWS)
@pytest.mark.parametrize(
    ("values", "match"),
    [
        (np.zeros(400), "constant"),
        (np.full(400, 0.01), "constant"),
        (SHOCKS[:10], "too short"),
        (np.r_[SHOCKS, np.inf], "infinite"),
        (1e-101 * SHOCKS, "out of range"),
        (1e101 * SHOCKS, "out of range"),
    ],
)
def test_what_cannot_be_fitted_is_refused(values, match, dist):
    with pytest.raises(DataError, match=match):
        Garch(dist).fit(pd.Series(values))


@pytest.mark.parametrize("dist", LAWS)
@pytest.mark.parametrize(
    "values",
    [
        np.r_[SHOCKS[:200], 1e3, SHOCKS[200:]],
        np.r_[1e3, SHOCKS],
        np.r_[SHOCKS, 1e3],
        SHOCKS.cumsum(),
        SHOCKS.cumsum().cumsum(),
        np.arange(400.0),
        np.where(SHOCKS > 0.0, 1.0, -1.0),
    ],
    ids=["outlier", "outlier first", "outlier last", "random walk", "walk of a walk", "trend", "two values"],
)
def test_a_fit_of_odd_data_is_an_optimum_on_a_bound(values, dist):
    """The status says that a parameter is on its bound; the slope says that it is an optimum, and everything is finite."""
    fit = Garch(dist).fit(pd.Series(values))
    assert fit.status is FitStatus.BOUND
    assert fit.gradient_norm < 1e-6
    assert np.isfinite(fit.params).all()
    assert np.isfinite(fit.sigma).all()
    assert (fit.sigma > 0.0).all()
    persistence = fit.params["alpha"] + fit.params["beta"]
    assert 0.0 <= persistence <= 1.0 + 1e-12


@pytest.mark.parametrize("values", [ZEROS, ONE], ids=["mostly zeros", "one value"])
def test_a_likelihood_without_a_maximum_is_not_called_converged(values):
    """Student-t densities pile up on the repeated value without end; the rolled fit says so too."""
    fit = Garch("t").fit(pd.Series(values))
    assert fit.status is FitStatus.NOT_CONVERGED
    assert np.isfinite(fit.loglikelihood)
    for expanding in (False, True):
        rolled = roll(pd.Series(np.r_[values, 0.0]), Garch("t"), window=400, expanding=expanding)
        assert rolled["status"].iloc[0] == FitStatus.NOT_CONVERGED
    assert Garch("normal").fit(pd.Series(values)).status is FitStatus.BOUND


@pytest.mark.parametrize("dist", LAWS)
@pytest.mark.parametrize("model", [Garch, Gjr])
@pytest.mark.parametrize("values", [ZEROS, ONE[-300:], OUTLIER], ids=["mostly zeros", "one value", "outlier comes and goes"])
def test_a_roll_claims_no_more_than_the_slope_allows(values, model, dist):
    """What it says of an optimum is what a fit with the same optimum would say, which looks at the slope there."""
    series, window, spec = pd.Series(values), len(values) // 2, model(dist)
    said = roll(series, spec, window=window, step=25)["status"]
    for row, optimum in enumerate(rolled_fits(series, spec, window=window, step=25).optima):
        part = series.iloc[25 * row : 25 * row + window]
        assert said.iloc[row] == (FitStatus.FAILED if np.ptp(part) == 0.0 else GarchFit(spec, part, optimum).status)


@pytest.mark.parametrize("dist", LAWS)
@pytest.mark.parametrize("unit", [1e-95, 1e-9, 1e9, 1e95])
def test_tiny_and_huge_units_say_the_same(unit, dist):
    one, other = Garch(dist).fit(pd.Series(SHOCKS)), Garch(dist).fit(pd.Series(unit * SHOCKS))
    assert other.status is one.status
    assert other.next_sigma == pytest.approx(unit * one.next_sigma, rel=1e-8)
    assert other.loglikelihood == pytest.approx(one.loglikelihood - 400 * np.log(unit), abs=1e-7)
