"""Vines through pyvinecopulib, ours against it where both know a family, and what is said where it is missing."""

import pickle
import sys

import numpy as np
import pandas as pd
import pytest

from riskkit import DataError, ModelError
from riskkit.dependence import (
    ArchimedeanLaw,
    ClaytonCopula,
    FrankCopula,
    GumbelCopula,
    JoeCopula,
    VineCopula,
    pair,
    select_copula,
)
from riskkit.dependence.vines import VineLaw

NAMES = ["BTC", "ETH", "SOL", "XRP"]
FAMILIES = {
    "normal": ("gaussian", (0.6,)), "student": ("student", (-0.4, 4.0)), "clayton": ("clayton", (2.0,)),
    "gumbel": ("gumbel", (1.7,)), "frank": ("frank", (5.0,)), "joe": ("joe", (2.5,)),
}  # fmt: skip


@pytest.fixture(scope="module")
def pv():
    return pytest.importorskip("pyvinecopulib", reason='needs pip install "riskkit[vines]"')


@pytest.fixture(scope="module")
def sample():
    return ArchimedeanLaw("clayton", 1.5, NAMES).sample(300, rng=1)


@pytest.fixture(scope="module")
def fit(pv, sample):
    return VineCopula(families=["student", "clayton", "gumbel", "indep"]).fit(sample)


def test_without_the_package_the_error_says_what_to_install(monkeypatch, sample):
    monkeypatch.setitem(sys.modules, "pyvinecopulib", None)
    with pytest.raises(ModelError, match=r'pip install "riskkit\[vines\]"'):
        VineCopula().fit(sample)
    chosen = select_copula(sample, [VineCopula(), ClaytonCopula()])
    assert "riskkit[vines]" in chosen.table.loc[repr(VineCopula()), "error"]
    assert chosen.best.spec == ClaytonCopula()


@pytest.mark.parametrize("family", FAMILIES)
def test_our_pairs_are_theirs(pv, family):
    name, parameters = FAMILIES[family]
    theirs = pv.Bicop(getattr(pv.BicopFamily, name), 0, np.array(parameters)[:, None])
    ours = pair(family, *parameters)
    u, v = np.random.default_rng(1).uniform(0.001, 0.999, size=(2, 500))
    points = np.asfortranarray(np.column_stack([u, v]))
    np.testing.assert_allclose(ours.pdf(u, v), theirs.pdf(points), rtol=1e-6)
    np.testing.assert_allclose(ours.h(u, v), theirs.hfunc2(points), atol=1e-7)  # their hfunc2 conditions on the second
    np.testing.assert_allclose(ours.h(v, u), theirs.hfunc1(points), atol=1e-7)
    np.testing.assert_allclose(ours.h_inverse(u, v), theirs.hinv2(points), atol=1e-6)
    np.testing.assert_allclose(ours.cdf(u, v), theirs.cdf(points), atol=1e-5 if family == "student" else 1e-7)


@pytest.mark.parametrize("spec", [ClaytonCopula(), GumbelCopula(), FrankCopula(), JoeCopula()])
def test_our_fits_are_theirs(pv, spec):
    theta = FAMILIES[spec.family][1][0]
    u = ArchimedeanLaw(spec.family, theta, ["BTC", "ETH"]).sample(400, rng=3)
    theirs = pv.Bicop(getattr(pv.BicopFamily, spec.family))
    theirs.fit(np.asfortranarray(u))
    ours = spec.fit(u)
    assert ours.params["theta"] == pytest.approx(float(np.ravel(theirs.parameters)[0]), rel=1e-3)
    assert ours.loglikelihood >= theirs.loglik(np.asfortranarray(u)) - 1e-6


def test_fit_reads_like_any_other(fit, sample, pv):
    theirs, points = fit.law.vine, np.asfortranarray(sample)
    assert fit.loglikelihood == pytest.approx(theirs.loglik(points), rel=1e-12)
    assert fit.aic == pytest.approx(theirs.aic(points), rel=1e-12)
    assert fit.bic == pytest.approx(theirs.bic(points), rel=1e-12)
    assert fit.status in ("ok", "at a bound")
    assert len(fit.params) == theirs.npars
    assert fit.params.index.is_unique
    text = theirs.format() if hasattr(theirs, "format") else str(theirs)
    first = fit.params.index[0].split(":")[0].split()
    numbers = ", ".join(str(NAMES.index(name) + 1) for name in first)
    assert numbers in text


def test_a_vine_beats_a_family_that_is_too_narrow(pv):
    one = ArchimedeanLaw("clayton", 3.0, ["BTC", "ETH"]).sample(300, rng=1)
    two = ArchimedeanLaw("gumbel", 3.0, ["SOL", "XRP"]).sample(300, rng=2)
    chosen = select_copula(pd.concat([one, two], axis=1), [ClaytonCopula(), GumbelCopula(), VineCopula()])
    assert chosen.best.spec == VineCopula()


def test_moved_is_the_same_vine_elsewhere(fit, sample):
    points = sample.to_numpy()
    same = fit.law.moved(fit.params.to_numpy())
    np.testing.assert_allclose(same.log_density(points), fit.log_density(points), rtol=1e-12)
    other = fit.law.moved(1.01 * fit.params.to_numpy())
    np.testing.assert_allclose(other.params, 1.01 * fit.params)
    assert other.log_density(points).sum() != pytest.approx(fit.loglikelihood, abs=1e-6)


def test_samples_are_reproducible_and_follow_the_vine(fit, sample):
    drawn = fit.sample(4_000, rng=1)
    pd.testing.assert_frame_equal(drawn, fit.sample(4_000, rng=1), check_exact=True)
    assert not drawn.equals(fit.sample(4_000, rng=2))
    assert drawn.columns.tolist() == NAMES
    np.testing.assert_allclose(drawn.corr("kendall"), sample.corr("kendall"), atol=0.1)
    back = pickle.loads(pickle.dumps(fit))
    pd.testing.assert_frame_equal(back.sample(10, rng=1), fit.sample(10, rng=1), check_exact=True)
    assert len(fit.sample(0, rng=1)) == 0


def test_tail_dependence_is_that_of_the_pair(pv):
    u = ArchimedeanLaw("clayton", 2.0, ["BTC", "ETH"]).sample(400, rng=1)
    vine, plain = VineCopula(families=["clayton"]).fit(u), ClaytonCopula().fit(u)
    np.testing.assert_allclose(vine.tail_dependence(), plain.tail_dependence(), atol=1e-4)


def test_tail_dependence_of_a_student_pair_is_the_same_at_both_ends(pv):
    u = ArchimedeanLaw("frank", 3.0, ["BTC", "ETH"]).sample(400, rng=1)
    table = VineCopula(families=["student"]).fit(u).tail_dependence()
    assert table["lower"].iloc[0] == pytest.approx(table["upper"].iloc[0], rel=1e-9)


def test_truncation_leaves_later_trees_independent(pv, sample):
    vine = VineCopula(families=["clayton"], truncation=1).fit(sample)
    assert len(vine.params) == 3
    assert not any("|" in label for label in vine.params.index)
    assert vine.tail_dependence()["lower"].notna().sum() == 3


def test_pairs_without_parameters_count_effectively(pv, sample):
    vine = VineCopula(families=["tll"]).fit(sample)
    assert len(vine.params) == 0
    assert vine.aic > -2 * vine.loglikelihood
    table = select_copula(sample, [VineCopula(families=["tll"])]).table
    assert table["parameters"].iloc[0] == pytest.approx(vine.law.vine.npars, abs=1e-5)


def test_conditions_are_refused(fit):
    with pytest.raises(ModelError, match="draws under no conditions"):
        fit.sample(10, rng=1, given={"BTC": 0.1})
    assert len(fit.sample(10, rng=1, given={})) == 10


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"families": ["clayton", "amh"]}, "family is unknown"),
        ({"families": "clayton"}, "families are no collection"),
        ({"families": []}, "families are no collection"),
        ({"truncation": 0}, "truncation"),
    ],
)
def test_bad_options_are_named(options, message):
    with pytest.raises(DataError, match=message):
        VineCopula(**options)


def test_bad_input_is_named(pv, sample):
    with pytest.raises(DataError, match="method"):
        VineCopula().fit(sample, method="tau")
    with pytest.raises(DataError, match="not observations of a copula"):
        VineCopula().fit(sample * 2)


def test_a_law_travels_as_text(fit):
    assert VineLaw(fit.law.names, fit.law.json).params.equals(fit.params)
