"""Standard errors of copulas: published variances, the jackknife, the spread over many samples."""

import numpy as np
import pandas as pd
import pytest

from riskkit.dependence import (
    ArchimedeanLaw,
    ClaytonCopula,
    EllipticalLaw,
    FrankCopula,
    GaussianCopula,
    GumbelCopula,
    JoeCopula,
    SkewStudentCopula,
    SkewStudentLaw,
    StudentCopula,
    kendall,
    pseudo_observations,
)
from riskkit.dependence.derivatives import by_differences
from riskkit.dependence.families import FAMILIES
from riskkit.dependence.uncertainty import _tau_influences
from riskkit.errors import DataError

NAMES = ["a", "b", "c"]
MATRIX = pd.DataFrame([[1.0, 0.7, 0.4], [0.7, 1.0, -0.2], [0.4, -0.2, 1.0]], NAMES, NAMES)
SPECS = {"clayton": ClaytonCopula, "gumbel": GumbelCopula, "frank": FrankCopula, "joe": JoeCopula}


def archimedean(family, d=3):
    return ArchimedeanLaw(family, FAMILIES[family].of_tau(0.4).theta, NAMES[:d])


@pytest.mark.parametrize("rho", [0.0, 0.5, -0.9])
def test_the_normal_copulas_variances_are_the_published_ones(rho):
    """By ranks (1 - rho^2)^2 / n, as efficient as can be (Klaassen and Wellner 1997); by tau Esscher's (1924)."""
    n, names = 4_000, NAMES[:2]
    matrix = pd.DataFrame([[1.0, rho], [rho, 1.0]], names, names)
    u = pseudo_observations(EllipticalLaw(matrix).sample(n, rng=1))
    fit = GaussianCopula().fit(u)
    rest = 1.0 - fit.params["a b"] ** 2
    assert fit.standard_errors().iloc[0] * np.sqrt(n) == pytest.approx(rest, rel=0.04)
    known = rest / np.sqrt(1.0 + fit.params["a b"] ** 2)
    assert fit.standard_errors("hessian").iloc[0] * np.sqrt(n) == pytest.approx(known, rel=0.04)
    by_tau = GaussianCopula().fit(u, "tau")
    tau_error = 2.0 * np.sqrt(1.0 / 9.0 - 4.0 * (np.arcsin(0.5 * by_tau.params["a b"]) / np.pi) ** 2)
    slope = 0.5 * np.pi * np.sqrt(1.0 - by_tau.params["a b"] ** 2)
    assert by_tau.standard_errors().iloc[0] * np.sqrt(n) == pytest.approx(slope * tau_error, rel=0.04)


@pytest.mark.parametrize("places", [12, 1])  # one decimal: most values are tied
def test_taus_influence_is_the_jackknifes(places):
    data = MATRIX.to_numpy() @ np.random.default_rng(1).standard_normal((3, 80))
    frame = pd.DataFrame(data.T.round(places), columns=NAMES)
    upper = np.triu_indices(3, 1)
    without = np.array([kendall(frame.drop(index=row)).to_numpy()[upper] for row in frame.index])
    jackknife = without.std(axis=0) * np.sqrt(79)
    influence = _tau_influences(frame.to_numpy())
    np.testing.assert_allclose(influence.std(axis=0) / np.sqrt(80), jackknife, rtol=0.03)
    np.testing.assert_allclose(influence.mean(axis=0), 0.0, atol=1e-12)


@pytest.mark.parametrize(
    ("law", "spec", "method"),
    [
        (EllipticalLaw(MATRIX), GaussianCopula(), "ml"),
        (EllipticalLaw(MATRIX, 4.0), StudentCopula(), "tau"),
        *[(archimedean(family), SPECS[family](), method) for family in SPECS for method in ("ml", "tau")],
    ],
)
def test_errors_are_the_jackknifes(law, spec, method):
    """Every observation left out in turn, the ranks taken anew."""
    sample, n = law.sample(100, rng=3), 100
    without = [spec.fit(pseudo_observations(sample.drop(index=row)), method).params.to_numpy() for row in sample.index]
    jackknife = np.std(without, axis=0) * np.sqrt(n - 1)
    found = spec.fit(pseudo_observations(sample), method).standard_errors()
    pairs = 3 if isinstance(law, EllipticalLaw) else 1
    np.testing.assert_allclose(found.iloc[:pairs], jackknife[:pairs], rtol=0.15)
    if len(found) > pairs:  # nu is far from linear in the observations
        assert found["nu"] == pytest.approx(jackknife[-1], rel=0.35)


@pytest.mark.parametrize(
    ("law", "spec", "method"),
    [
        (EllipticalLaw(MATRIX), GaussianCopula(), "ml"),
        (EllipticalLaw(MATRIX, 4.0), StudentCopula(), "tau"),
        (archimedean("clayton", 2), ClaytonCopula(), "ml"),
        (archimedean("gumbel", 2), GumbelCopula(), "tau"),
        (archimedean("frank", 2), FrankCopula(), "tau"),
        (archimedean("joe", 2), JoeCopula(), "ml"),
    ],
)
def test_errors_are_the_spread_over_200_samples(law, spec, method):
    found, variances = [], []
    for seed in range(200):
        fit = spec.fit(pseudo_observations(law.sample(150, rng=seed)), method)
        if fit.status == "ok":
            found.append(fit.params.to_numpy().copy())
            variances.append(fit.standard_errors().to_numpy() ** 2)
    found, variances = np.array(found), np.array(variances)
    if isinstance(spec, StudentCopula):  # 1 / nu, whose law is near normal
        variances[:, -1] /= found[:, -1] ** 4
        found[:, -1] **= -1.0
    assert len(found) > 180
    fourth = ((found - found.mean(axis=0)) ** 4).mean(axis=0) / found.var(axis=0) ** 2
    error = np.sqrt((fourth - 1.0) / len(found) + variances.var(axis=0) / variances.mean(axis=0) ** 2 / len(found))
    assert (np.abs(variances.mean(axis=0) / found.var(axis=0) - 1.0) < 3.0 * error).all()


def test_known_margins_would_tell_too_little_of_claytons_theta():
    fit = ClaytonCopula().fit(pseudo_observations(archimedean("clayton").sample(400, rng=1)))
    assert fit.standard_errors("hessian")["theta"] < 0.8 * fit.standard_errors()["theta"]


@pytest.mark.parametrize("nu", [1.0, 4.0, np.inf])
def test_exact_derivatives_are_those_by_differences(nu):
    law = EllipticalLaw(MATRIX, nu)
    u = np.random.default_rng(1).uniform(0.02, 0.98, (50, 3))
    exact, point = law.derivatives(u), law.params.to_numpy()
    steps = np.where(np.arange(len(point)) < 3, 1e-5, 1e-3)
    plain = by_differences(law, u, point, steps)
    np.testing.assert_allclose(exact.scores, plain.scores, rtol=1e-5, atol=1e-6)
    steps = np.where(np.arange(len(point)) < 3, 1e-4, 1e-3)
    np.testing.assert_allclose(exact.hessian, by_differences(law, u, point, steps).hessian, rtol=1e-4, atol=1e-4)
    for j in range(3):
        np.testing.assert_allclose(exact.slopes(j), plain.slopes(j), rtol=1e-2, atol=1e-2)


def test_the_skew_t_without_skew_has_the_t_copulas_derivatives():
    u = np.random.default_rng(1).uniform(0.02, 0.98, (200, 3))
    skewed, plain = SkewStudentLaw(MATRIX, 0.0, 4.0).derivatives(u), EllipticalLaw(MATRIX, 4.0).derivatives(u)
    shared = [0, 1, 2, 4]  # all but the skew
    np.testing.assert_allclose(skewed.scores[:, shared], plain.scores, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(skewed.hessian[np.ix_(shared, shared)], plain.hessian, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(skewed.slopes(1)[:, shared], plain.slopes(1), rtol=1e-2, atol=2e-2)


@pytest.mark.parametrize("kind", ["ranks", "hessian"])
def test_errors_follow_the_columns_and_the_reflection(kind):
    u = pseudo_observations(EllipticalLaw(MATRIX, 4.0).sample(200, rng=1))
    one, other = StudentCopula().fit(u), StudentCopula().fit(1.0 - u[["c", "a", "b"]])
    names = {"a b": "a b", "a c": "c a", "b c": "c b", "nu": "nu"}
    errors, turned = one.standard_errors(kind), other.standard_errors(kind)
    for name, image in names.items():
        assert turned[image] == pytest.approx(errors[name], rel=2e-3)
    sample = pseudo_observations(archimedean("gumbel").sample(200, rng=1))
    plain, survival = GumbelCopula().fit(sample), GumbelCopula(survival=True).fit(1.0 - sample)
    assert survival.standard_errors(kind)["theta"] == pytest.approx(plain.standard_errors(kind)["theta"], rel=1e-4)


def test_a_skew_t_has_an_error_for_every_parameter():
    u = pseudo_observations(SkewStudentLaw(MATRIX, -1.0, 4.0).sample(400, rng=1))
    fit = SkewStudentCopula().fit(u)
    errors = fit.standard_errors()
    assert errors.index.tolist() == fit.params.index.tolist()
    assert (errors > 0.0).all()
    assert errors["skew"] < 1.0


def test_where_there_is_no_error_it_is_not_a_number():
    u = pseudo_observations(archimedean("clayton", 2).sample(100, rng=1))
    opposed = u.assign(b=1.0 - u["b"])
    for method in ("ml", "tau"):
        assert ClaytonCopula().fit(opposed, method).standard_errors().isna().all()
    assert ClaytonCopula().fit(u, "tau").standard_errors("hessian").isna().all()
    assert ClaytonCopula().fit(u, "tau").standard_errors().notna().all()
    assert ClaytonCopula().fit(u).standard_errors().name == "ranks standard errors"
    with pytest.raises(DataError, match="kind is unknown"):
        ClaytonCopula().fit(u).standard_errors("robust")
