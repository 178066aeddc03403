"""Results of `arch` read as ours."""

import numpy as np
import pandas as pd
import pytest
from arch import arch_model
from arch.univariate import ConstantMean, MIDASHyperbolic, SkewStudent, StudentsT
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


MODELS = {
    "FIGARCH": {"vol": "FIGARCH"},
    "FIGARCH(1,d,0)": {"vol": "FIGARCH", "q": 0},
    "EGARCH": {"vol": "EGARCH", "o": 1},
    "APARCH": {"vol": "APARCH", "o": 1},
    "HARCH": {"vol": "HARCH", "p": [1, 5, 22]},
    "MIDAS": {"vol": MIDASHyperbolic()},
}


def arch_spec(returns, name, dist):
    options = dict(MODELS[name])
    if isinstance(options["vol"], str):
        return arch_model(returns, dist=dist, rescale=False, **options)
    distribution = {"t": StudentsT, "skewt": SkewStudent}[dist]()
    return ConstantMean(returns, volatility=options["vol"], distribution=distribution, rescale=False)


@pytest.mark.parametrize("dist", ["t", "skewt"])
@pytest.mark.parametrize("name", MODELS)
def test_sigma_forecast_and_var_of_other_models_are_those_of_arch(percent, name, dist):
    result = arch_spec(percent, name, dist).fit(disp="off")
    fit = from_arch(result)
    pd.testing.assert_series_equal(fit.sigma, result.conditional_volatility.rename("sigma"))
    np.testing.assert_allclose(fit.sigma * fit.standardised, percent - result.params["mu"], rtol=1e-12)
    theirs = result.forecast(horizon=1, reindex=False)
    mean, sigma = theirs.mean.iloc[-1, 0], np.sqrt(theirs.variance.iloc[-1, 0])
    assert fit.forecast(1).loc[1].tolist() == [mean, sigma]
    shape = result.params[result.model.distribution.parameter_names()].to_numpy()
    for level in (0.95, 0.99):
        quantile = float(np.squeeze(result.model.distribution.ppf(1.0 - level, shape)))
        assert fit.loss_distribution().var(level) == pytest.approx(-mean - sigma * quantile, rel=1e-9)
    assert fit.loss_distribution().std == pytest.approx(sigma, rel=0.01)


@pytest.mark.parametrize("name", ["FIGARCH", "EGARCH", "APARCH", "HARCH"])
def test_the_forecast_is_the_sigma_of_an_observation_that_comes_later(percent, name):
    result = arch_spec(percent, name, "t").fit(disp="off")
    one_more = pd.concat([percent, pd.Series([7.0], [percent.index[-1] + pd.Timedelta(days=1)])])
    sigma = arch_spec(one_more, name, "t").fix(result.params).conditional_volatility
    near = 1e-5 if name == "FIGARCH" else 1e-10  # arch weighs what lies before the sample a little differently in the two
    assert from_arch(result).forecast(1).loc[1, "sigma"] == pytest.approx(sigma.iloc[-1], rel=near)


@pytest.mark.parametrize("name", ["FIGARCH", "EGARCH"])
def test_the_forecast_follows_the_sample_and_not_the_data_after_it(percent, name):
    last = percent.index[500]
    fit = from_arch(arch_spec(percent, name, "t").fit(disp="off", last_obs=last))
    alone = from_arch(arch_spec(percent.loc[: fit.sigma.index[-1]], name, "t").fit(disp="off"))
    assert fit.sigma.index[-1] == last - pd.Timedelta(days=1)
    np.testing.assert_allclose(fit.forecast(1), alone.forecast(1), rtol=1e-5)
    changed = percent.copy()
    changed.loc[last:] = 9.0
    assert fit.forecast(1).equals(from_arch(arch_spec(changed, name, "t").fit(disp="off", last_obs=last)).forecast(1))


def test_figarch_forecasts_far_ahead_and_egarch_and_aparch_say_that_they_cannot(percent):
    result = arch_spec(percent, "FIGARCH", "t").fit(disp="off")
    theirs = result.forecast(horizon=30, reindex=False).variance.iloc[-1]
    np.testing.assert_allclose(from_arch(result).forecast(30)["sigma"], np.sqrt(theirs), rtol=1e-14)
    for name in ("EGARCH", "APARCH"):
        with pytest.raises(ModelError, match=r"no analytic forecast 5 steps ahead; got \w+; .* remedy: simulate"):
            from_arch(arch_spec(percent, name, "t").fit(disp="off")).forecast(5)


def test_a_search_that_arch_stopped_says_so(percent):
    stopped = arch_spec(percent, "FIGARCH", "t").fit(disp="off", options={"maxiter": 1}, show_warning=False)
    assert from_arch(stopped).status is FitStatus.NOT_CONVERGED


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
