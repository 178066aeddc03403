"""The normal and the Student-t copula: density, samples with and without conditions, tail dependence, fits."""

import numpy as np
import pandas as pd
import pytest
from oracles.elliptical import log_density
from scipy import stats

import riskkit as rk
from riskkit.core import FitStatus
from riskkit.dependence import EllipticalLaw, GaussianCopula, StudentCopula
from riskkit.errors import DataError, FactorError

NAMES = ["BTC", "ETH", "SOL"]
MATRIX = np.array([[1.0, 0.7, 0.4], [0.7, 1.0, -0.2], [0.4, -0.2, 1.0]])


def law(nu=4.0, matrix=MATRIX):
    names = NAMES[: len(matrix)]
    return EllipticalLaw(pd.DataFrame(matrix, names, names), nu)


@pytest.fixture(scope="module")
def u5(reference):
    return pd.read_csv(reference / "copula_u5.csv", header=None).rename(columns=str)


@pytest.mark.parametrize("nu", [0.5, 2.3, 30.0, np.inf])
def test_density_is_the_joint_over_the_margins(nu):
    u = np.random.default_rng(1).random((200, 3))
    np.testing.assert_allclose(law(nu).log_density(u), log_density(u, MATRIX, nu), rtol=1e-9, atol=1e-9)


def test_a_large_nu_is_nearly_normal():
    u = np.random.default_rng(1).random((200, 3))
    np.testing.assert_allclose(law(1e8).log_density(u), law(np.inf).log_density(u), atol=1e-4)


@pytest.mark.parametrize(
    ("nu", "expected"),  # Demarta and McNeil (2005), rho = -.5, 0, .5, .9
    [(2, [0.0577, 0.1817, 0.3910, 0.7177]), (4, [0.0117, 0.0756, 0.2532, 0.6298]), (10, [0.0001, 0.0069, 0.0819, 0.4627])],
)
def test_tail_dependence_is_the_published_table(nu, expected):
    found = [law(nu, np.array([[1, rho], [rho, 1]])).tail_dependence() for rho in (-0.5, 0.0, 0.5, 0.9)]
    assert [round(one["lower"].iloc[0], 4) for one in found] == expected
    assert all((one["lower"] == one["upper"]).all() for one in found)
    assert (law(np.inf).tail_dependence() == 0.0).all(axis=None)


@pytest.mark.parametrize(
    ("file", "method", "loglikelihood", "nu"),
    [
        ("copula_u2", "tau", 56.720759, 5.6389),
        ("copula_u2", "ml", 56.728609, 5.6542),
        ("copula_u5", "tau", 423.527117, 4.8562),
        ("copula_u5", "ml", 424.117392, 4.8318),
    ],
)
def test_published_fits(reference, file, method, loglikelihood, nu):
    u = pd.read_csv(reference / f"{file}.csv", header=None).rename(columns=str)
    fit = StudentCopula().fit(u, method)
    assert fit.loglikelihood == pytest.approx(loglikelihood, abs=1e-6)
    assert fit.law.nu == pytest.approx(nu, abs=6e-5 if method == "ml" else 5e-4)  # by tau theirs is not quite the maximum:
    assert fit.law.moved(np.append(fit.params[:-1], nu)).log_density(u.to_numpy()).sum() <= fit.loglikelihood
    assert fit.status == FitStatus.OK


def test_the_vignette_of_copula_garch(reference):
    fit = StudentCopula().fit(pd.read_csv(reference / "copula_garch_vignette_U.csv"))
    assert fit.loglikelihood == pytest.approx(70.0533863, abs=6e-7)
    np.testing.assert_allclose(fit.params, [0.6724203, 2.3116800], atol=1e-5)


def test_at_the_maximum_no_parameter_can_be_improved(u5):
    for spec in (GaussianCopula(), StudentCopula()):
        fit = spec.fit(u5)
        errors = fit.standard_errors()
        assert fit.gradient_norm < 1e-3
        for name, error in errors.items():
            for shift in (-0.01 * error, 0.01 * error):
                moved = fit.law.moved(fit.params.where(fit.params.index != name, fit.params + shift).to_numpy())
                assert moved.log_density(u5.to_numpy()).sum() < fit.loglikelihood


def test_plain_rescaling_would_end_elsewhere(u5):
    """The sample correlation of normal scores is the unrestricted estimate scaled to a unit diagonal."""
    scores = stats.norm.ppf(u5)
    scaled = np.corrcoef(scores.T)
    frame = pd.DataFrame(scaled, u5.columns, u5.columns)
    assert EllipticalLaw(frame).log_density(u5.to_numpy()).sum() < GaussianCopula().fit(u5).loglikelihood - 1e-3


def test_fits_do_not_depend_on_the_order_of_the_columns(u5):
    fit, turned = StudentCopula().fit(u5), StudentCopula().fit(u5.iloc[:, ::-1])
    assert turned.loglikelihood == pytest.approx(fit.loglikelihood, abs=1e-7)
    np.testing.assert_allclose(turned.law.correlation.loc[u5.columns, u5.columns], fit.law.correlation, atol=1e-5)


def test_parameters_are_recovered_and_errors_are_right():
    true = law(5.0, MATRIX[:2, :2])
    found = []
    for seed in range(200):
        u = rk.dependence.pseudo_observations(true.sample(300, rng=seed))
        fit = StudentCopula().fit(u)
        found.append([fit.params["BTC ETH"], 1.0 / fit.law.nu, fit.standard_errors()["BTC ETH"] if seed < 20 else np.nan])
    rho, eta, told = np.array(found).T
    assert abs(rho.mean() - 0.7) < 4.0 * rho.std() / np.sqrt(200) + 0.01  # ranks are biased a little
    assert abs(eta.mean() - 0.2) < 4.0 * eta.std() / np.sqrt(200) + 0.01
    assert np.nanmean(told) == pytest.approx(rho.std(), rel=0.25)


@pytest.mark.parametrize("nu", [3.0, np.inf])
def test_samples_follow_the_law(nu):
    u = law(nu).sample(20_000, rng=1)
    assert u.columns.tolist() == NAMES
    for name in NAMES:
        assert stats.kstest(u[name], "uniform").pvalue > 1e-3
    tau = 2.0 / np.pi * np.arcsin(MATRIX)
    np.testing.assert_allclose(rk.dependence.kendall(u), tau, atol=0.02)
    pd.testing.assert_frame_equal(u, law(nu).sample(20_000, rng=1))


@pytest.mark.parametrize("nu", [3.0, np.inf])
@pytest.mark.parametrize(
    "given",
    [
        {"BTC": (0.0, 0.1)},
        {"BTC": (0.9, 1.0), "SOL": (0.3, 0.7)},
        {"BTC": (0.2, 0.6), "ETH": (0.5, 1.0), "SOL": (0.0, 0.5)},
    ],
)
def test_intervals_are_what_brute_force_finds(nu, given):
    free = law(nu).sample(400_000, rng=1)
    inside = np.all([(free[name] >= low) & (free[name] <= high) for name, (low, high) in given.items()], axis=0)
    expected, found = free[inside], law(nu).sample(8_000, rng=2, given=given)
    for name in NAMES:
        assert stats.ks_2samp(found[name], expected[name]).pvalue > 1e-3
        low, high = given.get(name, (0.0, 1.0))
        assert found[name].between(low, high).all()
    np.testing.assert_allclose(found.corr("spearman"), expected.corr("spearman"), atol=0.05)


@pytest.mark.parametrize("nu", [3.0, np.inf])
def test_values_are_the_limit_of_narrow_intervals(nu):
    exact = law(nu).sample(8_000, rng=1, given={"BTC": 0.02, "SOL": (0.1, 0.5)})
    narrow = law(nu).sample(8_000, rng=2, given={"BTC": (0.0199, 0.0201), "SOL": (0.1, 0.5)})
    assert (exact["BTC"] == 0.02).all()
    for name in ("ETH", "SOL"):
        assert stats.ks_2samp(exact[name], narrow[name]).pvalue > 1e-3


def test_conditions_that_cannot_be_are_named():
    for given, error in (
        ({"XRP": 0.1}, FactorError),
        ({"BTC": 1.0}, DataError),
        ({"BTC": (0.3, 0.2)}, DataError),
        (dict.fromkeys(NAMES, 0.1), DataError),
    ):
        with pytest.raises(error):
            law().sample(10, rng=1, given=given)


@pytest.mark.parametrize(
    ("matrix", "nu", "message"),
    [
        (np.array([[1.0, 1.0], [1.0, 1.0]]), 4.0, "singular"),
        (np.array([[1.0, 0.9, 0.0], [0.9, 1.0, 0.9], [0.0, 0.9, 1.0]]), 4.0, "least eigenvalue"),
        (np.array([[2.0, 0.0], [0.0, 1.0]]), 4.0, "diagonal"),
        (MATRIX, 0.1, "nu is out of range"),
        (MATRIX, np.nan, "nu is out of range"),
    ],
)
def test_what_is_no_law_is_refused(matrix, nu, message):
    with pytest.raises(DataError, match=message):
        law(nu, matrix)


def test_normal_data_end_at_the_normal_copula():
    u = rk.dependence.pseudo_observations(law(np.inf).sample(60, rng=8))
    fit = StudentCopula().fit(u)
    assert fit.status == FitStatus.BOUND
    assert np.isinf(fit.law.nu)
    assert fit.loglikelihood == pytest.approx(GaussianCopula().fit(u).loglikelihood, abs=1e-8)


def test_taus_that_make_no_correlation_are_moved_and_say_so():
    rng = np.random.default_rng(1)
    x = rng.standard_normal(30)
    data = pd.DataFrame({"a": x, "b": x + 0.01 * rng.standard_normal(30), "c": x + 0.1 * rng.standard_normal(30)})
    data["d"] = -data["a"] - data["b"] + 0.01 * rng.standard_normal(30)
    fit = StudentCopula().fit(rk.dependence.pseudo_observations(data), "tau")
    assert fit.status == FitStatus.BOUND
    assert np.linalg.eigvalsh(fit.law.correlation)[0] > 0.0
