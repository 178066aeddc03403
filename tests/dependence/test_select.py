"""Selection among copulas: the right family wins, and every candidate is seen."""

import numpy as np
import pandas as pd
import pytest

from riskkit import ConvergenceError, DataError
from riskkit.core import FitStatus
from riskkit.dependence import (
    ArchimedeanLaw,
    ClaytonCopula,
    CopulaFit,
    FrankCopula,
    GumbelCopula,
    JoeCopula,
    select_copula,
)


class Refusing:
    def __repr__(self):
        return "Refusing()"

    def fit(self, u):
        raise ConvergenceError("no maximum was found")


class Unfinished:
    """Fits so well that it would win, had its search ended."""

    def __repr__(self):
        return "Unfinished()"

    def fit(self, u):
        best = ClaytonCopula().fit(u)
        return CopulaFit(self, best.law, u, "ml", 1.0, FitStatus.NOT_CONVERGED)


@pytest.fixture(scope="module")
def sample():
    return ArchimedeanLaw("clayton", 1.5, ["BTC", "ETH", "SOL"]).sample(400, rng=1)


@pytest.mark.parametrize(
    ("spec", "survival"),
    [(ClaytonCopula(), False), (ClaytonCopula(survival=True), True), (GumbelCopula(), False), (FrankCopula(), False),
     (JoeCopula(survival=True), True)],
)  # fmt: skip
def test_the_family_behind_the_sample_wins(spec, survival):
    theta = {"clayton": 1.5, "gumbel": 2.0, "frank": 5.0, "joe": 2.0}[spec.family]
    u = ArchimedeanLaw(spec.family, theta, ["BTC", "ETH", "SOL"], survival).sample(600, rng=2)
    assert select_copula(u).best.spec == spec


@pytest.mark.parametrize("criterion", ["aic", "bic"])
def test_the_table_tells_of_every_candidate(sample, criterion):
    chosen = select_copula(sample, criterion=criterion)
    assert len(chosen.table) == len(chosen.fits) >= 7
    assert chosen.table[criterion].is_monotonic_increasing
    assert list(chosen.table.columns) == ["loglikelihood", "parameters", "aic", "bic", "status", "error"]
    for (label, row), fit in zip(chosen.table.iterrows(), chosen.fits, strict=True):
        assert label == repr(fit.spec)
        assert row[criterion] == getattr(fit, criterion)
        assert row["parameters"] == len(fit.params)


def test_failures_are_named_and_stand_last(sample):
    chosen = select_copula(sample, [Refusing(), ClaytonCopula()])
    assert chosen.table.index.tolist() == ["ClaytonCopula(survival=False)", "Refusing()"]
    assert chosen.table.loc["Refusing()", "status"] == "failed"
    assert "no maximum was found" in chosen.table.loc["Refusing()", "error"]
    assert np.isnan(chosen.table.loc["Refusing()", "aic"])
    assert chosen.fits[1] is None


def test_a_search_that_did_not_end_is_never_the_best(sample):
    chosen = select_copula(sample, [Unfinished(), FrankCopula()])
    assert chosen.table.index[0] == "Unfinished()"
    assert chosen.best.spec == FrankCopula()
    with pytest.raises(ConvergenceError, match="no candidate"):
        _ = select_copula(sample, [Unfinished(), Refusing()]).best


@pytest.mark.parametrize("candidates", [[], [FrankCopula(), FrankCopula()], ["clayton"]])
def test_unusable_candidates_are_refused(sample, candidates):
    with pytest.raises(DataError, match="candidates are not usable"):
        select_copula(sample, candidates)


def test_bad_input_is_named(sample):
    with pytest.raises(DataError, match="criterion"):
        select_copula(sample, criterion="hqic")
    with pytest.raises(DataError, match="not observations of a copula"):
        select_copula(pd.DataFrame({"a": [0.0, 1.0, 2.0], "b": [1.0, 0.0, 3.0]}))
