"""Results of `arch` read as ours."""

import numpy as np
import pandas as pd
import pytest
from arch import arch_model
from oracles import garch as oracle
from scipy import integrate

from riskkit.core import FitStatus
from riskkit.errors import DataError, ModelError
from riskkit.volatility import Garch, from_arch


@pytest.fixture(scope="module")
def percent():
    return pd.Series(oracle.simulate(800, 0.05, 0.1, 0.85, 6, 31), pd.date_range("2020", periods=800), name="x")


def test_garch_t_is_our_own(percent):
    theirs = from_arch(arch_model(percent, dist="t").fit(disp="off"))
    ours = Garch("t").fit(percent)
    assert theirs.status is FitStatus.OK
    assert theirs.loglikelihood == pytest.approx(ours.loglikelihood, abs=1e-3)
    np.testing.assert_allclose(theirs.sigma, ours.sigma, rtol=0.02)
    np.testing.assert_allclose(theirs.forecast(4), ours.forecast(4), rtol=0.02)
    np.testing.assert_allclose(theirs.standard_errors("robust"), ours.standard_errors("robust"), rtol=0.05)
    np.testing.assert_allclose(theirs.standard_errors("hessian"), ours.standard_errors("hessian"), rtol=0.05)
    assert theirs.loss_distribution().es(0.975) == pytest.approx(ours.loss_distribution().es(0.975), rel=0.01)
    np.testing.assert_allclose(theirs.standardised, theirs.residuals / theirs.sigma)


def test_egarch(percent):
    fit = from_arch(arch_model(percent, vol="EGARCH", o=1, dist="normal", mean="Zero").fit(disp="off"))
    ahead = fit.forecast(1).loc[1]
    assert ahead["mean"] == 0.0
    assert fit.loss_distribution().var(0.99) == pytest.approx(2.326347874 * ahead["sigma"], rel=1e-8)
    with pytest.raises(ModelError, match="analytic forecast 2 steps"):
        fit.forecast(2)


@pytest.mark.parametrize("dist", ["skewt", "ged"])
def test_other_laws_through_their_quantiles(percent, dist):
    result = arch_model(percent, dist=dist).fit(disp="off")
    fit = from_arch(result)
    losses, ahead = fit.loss_distribution(), fit.forecast(1).loc[1]
    shape = result.params[result.model.distribution.parameter_names()].to_numpy()

    def quantile(p):
        return -ahead["mean"] - ahead["sigma"] * result.model.distribution.ppf(1 - p, shape)

    assert losses.var(0.99) == pytest.approx(float(np.squeeze(quantile(0.99))), rel=1e-9)
    es = integrate.quad(lambda p: float(np.squeeze(quantile(p))), 0.975, 1.0, epsabs=1e-10)[0] / 0.025
    assert losses.es(0.975) == pytest.approx(es, rel=1e-5)


def test_a_rescaled_result_comes_back_in_the_unit_of_the_data(percent):
    small = percent / 1_000
    fit = from_arch(arch_model(small, dist="t", rescale=True).fit(disp="off"))
    assert fit.result.scale > 1.0
    ours = Garch("t").fit(small)
    assert fit.loglikelihood == pytest.approx(ours.loglikelihood, abs=1e-2)
    np.testing.assert_allclose(fit.sigma, ours.sigma, rtol=0.02)
    np.testing.assert_allclose(fit.forecast(3), ours.forecast(3), rtol=0.02)


def test_refused(percent):
    with pytest.raises(DataError, match="no estimate of arch"):
        from_arch(percent)
    with pytest.raises(ModelError, match="mean of the arch model"):
        from_arch(arch_model(percent, mean="AR", lags=1).fit(disp="off"))
