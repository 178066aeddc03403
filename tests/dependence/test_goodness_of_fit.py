"""The test of fit: its statistic by hand, its size and its power, and the same bits on any number of workers."""

import pickle
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pytest
from scipy import special

from riskkit import ConvergenceError, DataError
from riskkit.core import FitStatus
from riskkit.dependence import (
    ArchimedeanLaw,
    ClaytonCopula,
    CopulaFit,
    FrankCopula,
    GumbelCopula,
    goodness_of_fit,
    kendall,
    nearest_correlation,
    pseudo_observations,
)
from riskkit.dependence.goodness_of_fit import _distance

NAMES = ["BTC", "ETH"]
CLAYTON = ArchimedeanLaw("clayton", 2.0, NAMES)


@dataclass(frozen=True)
class WithoutClosedForm:
    """A law that can only be sampled."""

    law: ArchimedeanLaw

    @property
    def names(self):
        return self.law.names

    def sample(self, n, *, rng):
        return self.law.sample(n, rng=rng)


def test_the_statistic_by_hand():
    u = pseudo_observations(CLAYTON.sample(40, rng=3))
    fit = ClaytonCopula().fit(u, method="tau")
    values, theta = u.to_numpy(), fit.params["theta"]
    expected = 0.0
    for point in values:
        empirical = np.mean([(other <= point).all() for other in values])
        expected += (empirical - (np.sum(point**-theta) - 1.0) ** (-1.0 / theta)) ** 2
    answer = fit.goodness_of_fit(rng=1, replications=19)
    assert answer.statistic == pytest.approx(expected, rel=1e-12)
    assert (answer.draws, answer.failed, answer.replications) == (0, 0, 19)
    assert answer.p_value == (1 + np.count_nonzero(answer.replicated >= answer.statistic)) / 20
    assert answer.standard_error == pytest.approx(np.sqrt(answer.p_value * (1 - answer.p_value) / 19))


@pytest.mark.parametrize("law", [CLAYTON, ArchimedeanLaw("gumbel", 1.2, NAMES)])
def test_the_size_of_the_sample_that_stands_for_a_law_is_enough(law):
    """Over 40 samples the statistic is that of the closed form, give or take a tenth or so; more draws, less noise."""
    points = pseudo_observations(law.sample(200, rng=2)).to_numpy()
    exact = _distance(points, law, np.random.default_rng(0))
    sampled = [_distance(points, WithoutClosedForm(law), np.random.default_rng(seed)) for seed in range(40)]
    assert np.mean(sampled) == pytest.approx(exact, rel=0.05)
    assert np.std(sampled) < 0.15 * exact


def test_a_test_by_a_sample_finds_what_the_closed_form_finds():
    u = CLAYTON.sample(150, rng=4)
    for spec, low, high in ((ClaytonCopula(), 0.1, 1.0), (GumbelCopula(), 0.0, 0.05)):
        exact = spec.fit(u, method="tau").goodness_of_fit(rng=1, replications=39)
        sampled = SampledOnly(spec).fit(u, method="tau").goodness_of_fit(rng=1, replications=39)
        assert (exact.draws, sampled.draws) == (0, 10_000)
        assert low <= exact.p_value <= high
        assert low <= sampled.p_value <= high


def test_many_variables_are_tested_by_a_sample():
    law = ArchimedeanLaw("clayton", 1.0, [f"coin {place}" for place in range(7)])
    answer = ClaytonCopula().fit(law.sample(60, rng=1), method="tau").goodness_of_fit(rng=1, replications=19)
    assert answer.draws == 10_000
    assert answer.p_value > 0.1


def test_the_size_is_the_level():
    """50 data sets from the family: the p-values are uniform."""
    p_values = []
    for seed in range(50):
        u = CLAYTON.sample(50, rng=seed)
        p_values.append(ClaytonCopula().fit(u, method="tau").goodness_of_fit(rng=seed, replications=19).p_value)
    assert np.mean(p_values) == pytest.approx(0.525, abs=3 * np.sqrt(1 / 12 / 50))  # (1 + 20) / 40 on the grid of 1 / 20
    assert 1 <= np.count_nonzero(np.array(p_values) <= 0.1) <= 12  # 5 expected; binomial, less than 1 % on either side


@pytest.mark.parametrize("method", ["tau", "ml"])
def test_another_family_is_found_out(method):
    u = CLAYTON.sample(200, rng=4)
    for wrong in (GumbelCopula, FrankCopula):
        assert wrong().fit(u, method=method).goodness_of_fit(rng=1, replications=39).p_value == 1 / 40
    assert ClaytonCopula().fit(u, method=method).goodness_of_fit(rng=1, replications=39).p_value > 0.1


def test_only_ranks_are_used():
    u = CLAYTON.sample(80, rng=5)
    fit = ClaytonCopula().fit(u, method="tau")
    first = fit.goodness_of_fit(rng=1, replications=19)
    other = fit.goodness_of_fit(np.exp(5.0 * u), rng=1, replications=19)
    assert first.statistic == other.statistic
    np.testing.assert_array_equal(first.replicated, other.replicated)


def test_other_observations_are_fitted_anew():
    other = ArchimedeanLaw("clayton", 0.5, NAMES).sample(90, rng=8)
    fit = ClaytonCopula().fit(CLAYTON.sample(80, rng=5), method="tau")
    direct = ClaytonCopula().fit(other, method="tau").goodness_of_fit(rng=1, replications=19)
    assert fit.goodness_of_fit(other, rng=1, replications=19).statistic == direct.statistic


def test_the_same_bits_on_any_number_of_workers():
    fit = ClaytonCopula().fit(CLAYTON.sample(60, rng=6), method="tau")
    alone = goodness_of_fit(fit, rng=7, replications=19)
    together = goodness_of_fit(fit, rng=7, replications=19, workers=2)
    np.testing.assert_array_equal(alone.replicated, together.replicated)
    assert alone.statistic == together.statistic
    again = goodness_of_fit(fit, rng=np.random.default_rng(7), replications=19)
    assert not np.array_equal(again.replicated, alone.replicated)
    assert not pickle.loads(pickle.dumps(alone)).replicated.flags.writeable


@dataclass(frozen=True)
class SampledOnly:
    """A family whose distribution function nobody knows."""

    spec: object

    def fit(self, u, method="tau"):
        fit = self.spec.fit(u, method)
        return replace(fit, spec=self, law=WithoutClosedForm(fit.law))


@dataclass(frozen=True)
class NormalLaw:
    """A Gaussian copula that can only be sampled."""

    names: tuple
    correlation: np.ndarray

    def sample(self, n, *, rng):
        draws = rng.multivariate_normal(np.zeros(len(self.names)), self.correlation, size=n, method="cholesky")
        return pd.DataFrame(special.ndtr(draws), columns=self.names)


class NormalFamily:
    """Its correlations from Kendall's tau."""

    def fit(self, u, method="tau"):
        correlation = nearest_correlation(np.sin(np.pi / 2 * kendall(u)), least_eigenvalue=1e-8).matrix.to_numpy()
        return CopulaFit(self, NormalLaw(tuple(u.columns), correlation), u, method, np.nan, FitStatus.OK)


def test_the_size_is_the_level_where_a_sample_stands_for_the_law():
    """16 data sets of three normal variables: the p-values are uniform."""
    truth = NormalLaw(("a", "b", "c"), np.array([[1.0, 0.7, 0.2], [0.7, 1.0, 0.4], [0.2, 0.4, 1.0]]))
    p_values = []
    for seed in range(16):
        u = truth.sample(40, rng=np.random.default_rng(100 + seed))
        p_values.append(NormalFamily().fit(u).goodness_of_fit(rng=seed, replications=19).p_value)
    assert np.mean(p_values) == pytest.approx(0.525, abs=3 * np.sqrt(1 / 12 / 16))
    assert np.count_nonzero(np.array(p_values) <= 0.1) <= 6  # 1.6 expected; binomial, 0.1 %


def test_a_normal_copula_is_told_from_one_with_tail_dependence():
    answer = NormalFamily().fit(CLAYTON.sample(200, rng=4)).goodness_of_fit(rng=1, replications=39)
    assert answer.p_value == 1 / 40


@dataclass(frozen=True)
class Stubborn:
    """Clayton's family, which refuses every so many samples."""

    every: int
    calls: list = field(default_factory=list)

    def fit(self, u: pd.DataFrame, method: str = "tau"):
        self.calls.append(1)
        if len(self.calls) > 2 and len(self.calls) % self.every == 0:
            raise ConvergenceError("no optimum")
        return replace(ClaytonCopula().fit(u, method), spec=self)


CLAYTON_FIT = ClaytonCopula().fit(CLAYTON.sample(50, rng=1), method="tau")


def test_samples_that_could_not_be_fitted_are_counted_and_left_out():
    answer = Stubborn(5).fit(CLAYTON_FIT.observed).goodness_of_fit(rng=1, replications=20)
    assert answer.failed == 4
    assert len(answer.replicated) == 16
    assert answer.p_value == (1 + np.count_nonzero(answer.replicated >= answer.statistic)) / 17


def test_a_family_that_cannot_be_fitted_gives_no_p_value():
    with pytest.raises(ConvergenceError, match="its own samples; got 20 of 20"):
        Stubborn(1).fit(CLAYTON_FIT.observed).goodness_of_fit(rng=1, replications=20)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"replications": 18}, "replications"),
        ({"rng": -1}, "rng"),
        ({"u": CLAYTON_FIT.observed[["BTC"]]}, "too few columns"),
    ],
)
def test_unusable_arguments_are_named(options, message):
    with pytest.raises(DataError, match=message):
        goodness_of_fit(CLAYTON_FIT, **({"rng": 1} | options))
