"""The estimate of the skew Student copula: optimum, recovery, likelihood ratio, crypto."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from riskkit.dependence import SkewStudentCopula, SkewStudentLaw, StudentCopula, pseudo_observations
from riskkit.dependence.skew_student_density import Points
from riskkit.dependence.skew_student_fit import _Search
from riskkit.errors import DataError


def law(skew, d=2, nu=4.0, rho=0.5):
    names = [f"v{number}" for number in range(d)]
    return SkewStudentLaw(pd.DataFrame(rho + (1 - rho) * np.eye(d), names, names), skew, nu)


@pytest.mark.parametrize("skew", ["common", "each"])
def test_the_gradient_is_that_of_the_likelihood_and_zero_at_the_estimate(skew):
    u = law(-1.0, d=3).sample(300, rng=1)
    search = _Search(Points.of(u.to_numpy()), u.shape[1])
    at = search.start(StudentCopula().fit(u).law)
    own = 1 if skew == "common" else 3
    at = np.r_[at[:-1], np.linspace(-0.8, -1.2, own), at[-1]]
    gradient = search.rise(at)[1]
    for place, slope in enumerate(gradient):
        step = np.zeros_like(at)
        step[place] = 1e-5
        assert (search.value(at + step) - search.value(at - step)) / 2e-5 == pytest.approx(slope, abs=2e-4, rel=1e-5)
    fit = SkewStudentCopula(skew).fit(u)
    assert fit.status == "ok"
    assert fit.gradient_norm < 1e-4
    for place in range(len(fit.params)):  # no neighbour is better
        for shift in (-0.02, 0.02):
            near = fit.params.to_numpy().copy()
            near[place] += shift
            assert fit.law.moved(near).log_density(u.to_numpy()).sum() < fit.loglikelihood


def test_parameters_are_recovered_from_200_samples():
    """The search begins at the truth: with all the starts of a fit, which others test, it would take seven times as long."""
    true, found = law(-1.5), []
    for seed in range(200):
        search = _Search(Points.of(true.sample(300, rng=seed).to_numpy()), 2)
        start = search.start(true)
        root, skew, nu = search.unpacked(search.best([np.r_[start[:-1], -1.5, start[-1]]], skews=1))
        found.append([root[1] @ root[0], skew[0], nu])
    found = np.array(found)
    middle = np.median(found, axis=0)
    spread = 1.4826 * np.median(np.abs(found - middle), axis=0)  # nu of some samples runs away
    error = 1.2533 * spread / np.sqrt(len(found))  # of a median of a nearly normal sample
    assert np.all(np.abs(middle - true.params.to_numpy()) < 3.0 * error)


def test_likelihood_ratio_without_and_with_skew():
    """Never negative; chi-square with one degree of freedom under the Student copula; large under skew."""
    ratios = []
    for seed in range(40):
        u = law(0.0).sample(300, rng=1000 + seed)
        ratios.append(2 * (SkewStudentCopula().fit(u).loglikelihood - StudentCopula().fit(u).loglikelihood))
    assert min(ratios) > -1e-6
    assert stats.kstest(np.maximum(ratios, 0), stats.chi2(1).cdf).pvalue > 0.01
    for seed in range(3):
        u = law(-2.0).sample(400, rng=seed)
        gained = SkewStudentCopula().fit(u).loglikelihood - StudentCopula().fit(u).loglikelihood
        assert 2 * gained > stats.chi2(1).isf(0.001)


def test_columns_can_change_places_and_reflection_changes_the_sign():
    u = pseudo_observations(law(-1.2, d=3).sample(400, rng=7))
    one = SkewStudentCopula("each").fit(u)
    other = SkewStudentCopula("each").fit(u[["v2", "v0", "v1"]])
    assert other.loglikelihood == pytest.approx(one.loglikelihood, abs=1e-6)
    np.testing.assert_allclose(other.params[["skew v0", "nu"]], one.params[["skew v0", "nu"]], rtol=1e-3)
    mirrored = SkewStudentCopula("each").fit(1 - u)
    assert mirrored.loglikelihood == pytest.approx(one.loglikelihood, abs=1e-6)
    np.testing.assert_allclose(mirrored.law.skew, -one.law.skew, rtol=1e-3)


def test_a_normal_sample_ends_at_the_bound_of_nu():
    rng = np.random.default_rng(2)
    z = rng.multivariate_normal([0, 0], [[1, 0.4], [0.4, 1]], 300)
    fit = SkewStudentCopula().fit(pseudo_observations(pd.DataFrame(z, columns=["a", "b"])))
    assert fit.status in {"ok", "at a bound"}
    assert fit.params["nu"] > 15


def test_bad_arguments():
    u = law(-1.0).sample(50, rng=1)
    with pytest.raises(DataError, match="skew is unknown"):
        SkewStudentCopula("none")
    with pytest.raises(DataError, match="method is unknown"):
        SkewStudentCopula().fit(u, method="tau")
    with pytest.raises(DataError, match="not observations of a copula"):
        SkewStudentCopula().fit(3 * u)


def test_crypto_in_sample_and_held_out(real_data):
    """Returns over a moving volatility, fitted until 2021, judged from 2022: BTC, ETH, LTC, NEO, TRX."""
    table = pd.read_csv(real_data / "crypto_spot_1d_17coins.csv.gz").pivot_table(
        index="date", columns="symbol", values="close"
    )
    returns = np.log(table[["BTC", "ETH", "LTC", "NEO", "TRX"]]).diff().dropna()
    scaled = (returns / returns.ewm(halflife=20).std().shift(1)).iloc[60:]
    before, after = pseudo_observations(scaled.loc[:"2021"]), pseudo_observations(scaled.loc["2022":"2025-12-31"])
    student = StudentCopula().fit(before)
    later = student.law.log_density(after.to_numpy()).sum()
    fit = SkewStudentCopula().fit(before)
    gain, held_out = fit.loglikelihood - student.loglikelihood, fit.law.log_density(after.to_numpy()).sum() - later
    assert gain > 100
    assert held_out > 20
    assert (fit.params[["skew"]] < -1).all()
    tails = fit.tail_dependence()
    assert (tails["lower"] > tails["upper"] + 0.1).all()
