"""The likelihood as a landscape: every node against a slow search, and the window with two hills."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, special

import riskkit as rk
from riskkit.errors import DataError
from riskkit.volatility import Garch, Gjr, landscape

NODES = {"persistence": np.array([0.0, 0.5, 0.99, 1.0]), "share": np.array([0.0, 0.1, 1.0])}


def minus_loglikelihood(point, values, start, persistence, share, student):
    """The recursion as it is written in a textbook; ``point`` is mu, log omega (and 1 / nu)."""
    omega, alpha, squares = np.exp(point[1]), persistence * share, (values - point[0]) ** 2
    variance = np.empty(len(values))
    before, square = start, start
    for t in range(len(values)):
        variance[t] = before = omega + alpha * square + (persistence - alpha) * before
        square = squares[t]
    if not student:
        return 0.5 * np.sum(np.log(2.0 * np.pi * variance) + squares / variance)
    nu = 1.0 / point[2]
    constant = special.gammaln((nu + 1.0) / 2.0) - special.gammaln(nu / 2.0) - 0.5 * np.log(np.pi * (nu - 2.0))
    return np.sum(0.5 * np.log(variance) + (nu + 1.0) / 2.0 * np.log1p(squares / variance / (nu - 2.0)) - constant)


def highest(values, persistence, share, student):
    """The best of a few slow searches, in the unit of the data; start variance and bounds are the library's."""
    scale = values.std()
    z = (values - values.mean()) / scale
    weights = 0.94 ** np.arange(75)
    arguments = (z, weights @ z[:75] ** 2 / weights.sum(), persistence, share, student)
    box = [(-1.0, 1.0), (-30.0, np.log(10.0)), (0.002, 1.0 / 2.05)][: 3 if student else 2]
    starts = [[0.0, np.log(max(1.0 - persistence, 1e-3) * factor), 0.2][: len(box)] for factor in (1.0, 0.05)]
    ends = [optimize.minimize(minus_loglikelihood, start, arguments, bounds=box, tol=1e-12) for start in starts]
    return -min(end.fun for end in ends) - len(z) * np.log(scale)


@pytest.fixture(scope="module")
def june():
    """Four hundred days of the S&P 500 that a normal GARCH explains in two ways."""
    returns = rk.data.returns(rk.data.load("equities"))["S&P 500"].dropna()
    return returns.loc[:"2017-06-15"].tail(400)


@pytest.mark.parametrize("dist", ["normal", "t"])
def test_every_node_is_what_a_slow_search_finds(june, dist):
    days = june.tail(150)
    surface = landscape(Garch(dist=dist).fit(days), **NODES).surface
    for persistence, share in itertools.product(*NODES.values()):
        value, slow = surface.loc[persistence, share], highest(days.to_numpy(), persistence, share, dist == "t")
        assert value >= slow - 1e-5, (persistence, share)
        assert value <= slow + 1e-3, (persistence, share)


def test_the_two_hills_of_june_2017(june):
    fit = Garch(dist="normal").fit(june)
    found = landscape(fit, persistence=np.array([0.85, 0.88, 0.9949]), share=np.array([0.0, 0.05, 0.276]))
    first, second = (found.maxima.loc[number] for number in (1, 2))
    assert first["loglikelihood"] == pytest.approx(fit.loglikelihood, abs=1e-9)
    assert first["loglikelihood"] - second["loglikelihood"] == pytest.approx(0.348, abs=1e-3)
    assert (round(first["persistence"], 4), first["share"]) == (0.9949, 0.0)
    assert (round(second["persistence"], 3), round(second["share"], 3)) == (0.88, 0.276)
    assert first["next_sigma"] == pytest.approx(fit.next_sigma)
    # the way from one hill to the other leads far down
    assert found.surface.loc[0.88, 0.276] == pytest.approx(second["loglikelihood"], abs=1e-3)
    assert found.surface.loc[0.9949, 0.0] == pytest.approx(first["loglikelihood"], abs=2e-3)
    assert found.surface[0.05].max() < second["loglikelihood"] - 5.0


def test_no_node_lies_above_the_fit(june):
    fit = Garch(dist="t").fit(june)
    surface = landscape(fit).surface
    assert fit.loglikelihood - 0.01 < surface.max(axis=None) <= fit.loglikelihood + 1e-6


def test_the_unit_of_the_data_shifts_the_map_and_no_more(june):
    one, hundred = (landscape(Garch().fit(scale * june), **NODES) for scale in (1.0, 100.0))
    shift = len(june) * np.log(100.0)
    np.testing.assert_allclose(hundred.surface, one.surface - shift, atol=1e-5)
    np.testing.assert_allclose(hundred.maxima["next_sigma"], 100.0 * one.maxima["next_sigma"], rtol=1e-6)


@pytest.mark.parametrize("spec", [Garch(mean="zero"), Garch(start="fcp"), Garch(dist="normal", start="sample")])
def test_every_start_rule_and_a_mean_of_zero(june, spec):
    fit = spec.fit(june)
    best = fit.persistence, fit.params["alpha"] / fit.persistence
    found = landscape(fit, persistence=np.array([0.5, best[0]]), share=np.array([best[1], 0.9]))
    assert found.surface.iloc[1, 0] == pytest.approx(fit.loglikelihood, abs=1e-6)


def test_the_source_travels(june):
    assert landscape(Garch().fit(june), **NODES).source == june.attrs["source"]
    bare = pd.Series(june.to_numpy())
    assert landscape(Garch().fit(bare), **NODES).source == "unknown"


def test_what_cannot_be_mapped_is_refused(june):
    for fit in (Gjr().fit(june), Garch(targeting=True).fit(june), rk.volatility.Ewma().fit(june)):
        with pytest.raises(DataError, match="the fit has no landscape"):
            landscape(fit)
    fit = Garch().fit(june)
    for nodes in ([0.5, 0.4], [0.5, 1.1], [-0.1, 0.5]):
        with pytest.raises(DataError, match="persistence is no axis"):
            landscape(fit, persistence=np.array(nodes))
    with pytest.raises(DataError, match="share"):
        landscape(fit, share=np.array([0.5]))
