"""Delta-gamma losses by inversion: exact laws, draws, and a book of options."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from riskkit import ConvergenceError, DataError, LossDistribution, MarketState
from riskkit.instruments import Book, Option, Perpetual, sensitivities
from riskkit.risk import QuadraticLoss
from riskkit.scenarios import monte_carlo, revalue


@pytest.mark.parametrize("degrees", [1, 2, 3, 10])
@pytest.mark.parametrize("level", [0.6, 0.9, 0.99, 0.9999])
def test_sums_of_squares_are_chi_square(degrees, level):
    losing, winning = (QuadraticLoss(0.0, np.zeros(degrees), sign * np.ones(degrees)) for sign in (1.0, -1.0))
    law = stats.chi2(degrees)
    assert losing.var(level) == pytest.approx(law.ppf(level), rel=1e-11)
    assert winning.var(level) == pytest.approx(-law.ppf(1 - level), rel=1e-9)
    # E [X; X > q] of a chi-square law is its degrees times the tail of the law with two more
    assert losing.es(level) == pytest.approx(degrees * stats.chi2(degrees + 2).sf(law.ppf(level)) / (1 - level), rel=1e-10)


def test_one_square_and_a_line_is_noncentral():
    loss = QuadraticLoss(0.5, np.array([1.0]), np.array([1.0]))  # (z + 1/2)^2 + 1/4
    law = stats.ncx2(1, 0.25)
    for level in (0.6, 0.95, 0.999):
        assert loss.var(level) == pytest.approx(law.ppf(level) + 0.25, rel=1e-8)


def test_without_squares_it_is_normal():
    loss = QuadraticLoss(1.0, np.array([3.0, 4.0]), np.zeros(2))
    assert loss.var(0.99) == pytest.approx(stats.norm(1, 5).ppf(0.99), rel=1e-12)
    assert loss.es(0.975) == pytest.approx(1 + 5 * stats.norm.pdf(stats.norm.ppf(0.975)) / 0.025, rel=1e-10)
    assert (loss.mean, loss.standard_deviation, loss.skewness, loss.excess_kurtosis) == (1.0, 5.0, 0.0, 0.0)


hundredths = st.integers(-200, 200).map(lambda number: number / 100)
parts = st.lists(st.tuples(hundredths, hundredths), min_size=1, max_size=6).filter(lambda pairs: np.any(pairs))


@settings(deadline=None, max_examples=40)
@given(pairs=parts, level=st.sampled_from([0.6, 0.9, 0.99, 0.999]))
def test_quantile_and_tail_are_inverse_and_es_is_the_mean_beyond(pairs, level):
    linear, curved = np.array(pairs).T
    loss = QuadraticLoss(0.3, linear, curved)
    quantile = loss.var(level)
    assert loss.probability_above(quantile) == pytest.approx(1 - level, rel=1e-8)
    assert loss.es(level) >= quantile
    assert loss.probability_above(quantile + 0.1 * loss.standard_deviation) < 1 - level


def test_excess_is_the_integral_of_the_tail():
    loss = QuadraticLoss(0.0, np.array([1.0, -0.5]), np.array([0.3, -0.4]))
    quantile = loss.var(0.95)
    beyond, _ = integrate.quad(loss.probability_above, quantile, quantile + 60.0, limit=200)
    assert loss.es(0.95) == pytest.approx(quantile + beyond / 0.05, rel=1e-8)


def test_against_draws():
    linear, curved = np.array([1.0, -0.5, 0.2, 0.7]), np.array([0.3, -0.4, 0.05, 0.0])
    z = np.random.default_rng(1).standard_normal((500_000, 4))
    sample, loss = LossDistribution(z @ linear + z**2 @ curved), QuadraticLoss(0.0, linear, curved)
    for level in (0.9, 0.99, 0.999):
        assert abs(loss.var(level) - sample.var(level)) < 3.5 * sample.standard_error(level, "var")
        assert abs(loss.es(level) - sample.es(level)) < 3.5 * sample.standard_error(level)
    assert loss.skewness == pytest.approx(stats.skew(sample.total), rel=0.03)
    assert loss.excess_kurtosis == pytest.approx(stats.kurtosis(sample.total), rel=0.05)


def test_of_a_book_it_is_its_delta_gamma_revaluation():
    market = MarketState({"BTC.spot": 60_000.0, "BTC.vol": 0.6}, asof="2026-12-26T08:00")
    book = Book(
        [Option("BTC", 70e3, "2027-03-26", "call", -5), Option("BTC", 50e3, "2027-03-26", "put", -5),
         Perpetual("BTC", 1, entry=60_000, funding=0.0)]
    )  # fmt: skip
    names = ["BTC.spot", "BTC.vol"]
    covariance = pd.DataFrame([[0.0009, -0.0005], [-0.0005, 0.0025]], names, names)
    exact = QuadraticLoss.of(sensitivities(book, market), covariance)
    moves = pd.DataFrame(np.zeros((3, 2)), columns=names)
    losses = revalue(book, market, monte_carlo(moves, n=200_000, rng=1, covariance=covariance), method="delta_gamma")
    assert abs(exact.var(0.99) - losses.var(0.99)) < 3.5 * losses.standard_error(0.99, "var")
    assert abs(exact.es(0.975) - losses.es(0.975)) < 3.5 * losses.standard_error(0.975)


def test_parts_of_very_different_sizes_are_exact_or_refused():
    rng, refused = np.random.default_rng(3), 0
    for size in rng.integers(1, 8, 100):
        linear, curved = rng.normal(size=(2, size)) * 10.0 ** rng.uniform(-9, 1, (2, size))
        loss = QuadraticLoss(0.0, linear, curved)
        try:
            assert loss.probability_above(loss.var(0.99)) == pytest.approx(0.01, rel=1e-7)
        except ConvergenceError:
            refused += 1
    assert refused < 8


def test_refuses():
    with pytest.raises(DataError, match="constant"):
        QuadraticLoss(1.0, np.zeros(2), np.zeros(2))
    with pytest.raises(DataError, match="do not fit"):
        QuadraticLoss(1.0, np.ones(2), np.ones(3))
    with pytest.raises(DataError, match="NaN or infinite"):
        QuadraticLoss(1.0, np.array([np.nan]), np.ones(1))
    by = sensitivities(Book([Perpetual("BTC", 1, entry=1.0, funding=0.0)]), MarketState({"BTC.spot": 1.0}))
    for matrix, message in (([[-1.0]], "no covariance"), ([[0.0]], "no covariance")):
        with pytest.raises(DataError, match=message):
            QuadraticLoss.of(by, pd.DataFrame(matrix, by.factors, by.factors))
    with pytest.raises(DataError, match=r"has no covariance; got BTC\.spot"):
        QuadraticLoss.of(by, pd.DataFrame([[1.0]], ["ETH.spot"], ["ETH.spot"]))
    with pytest.raises(DataError, match="confidence level"):
        QuadraticLoss(1.0, np.ones(2), np.zeros(2)).var(0.01)
