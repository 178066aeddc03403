import hashlib
import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskkit.data import SyntheticMarket, returns
from riskkit.data.synthetic.market import _garch, _regime, calibration
from riskkit.errors import DataError

SEEDS = range(1, 61)


def rank_share(moves, quantile, *, lower):
    """P(both in the tail) / quantile, averaged over the pairs."""
    ranks = (moves if lower else -moves).rank().to_numpy() / (len(moves) + 1)
    tail = (ranks <= quantile).astype(float)
    return pairs(tail.T @ tail / (quantile * len(moves))).mean()


def pairs(matrix):
    return matrix[np.triu_indices(len(matrix), 1)]


def autocorrelation(moves, lag):
    return np.mean([moves[coin].abs().autocorr(lag) for coin in moves])


def statistics(moves):
    """The statistics of the calibration's targets, by the names that the file gives them."""
    yearly = moves["BTC"].groupby(moves.index.year).std()
    return {
        "volatility_annual": (moves.std() * np.sqrt(365.0)).to_dict(),
        "excess_kurtosis": moves.kurt().to_dict(),
        "skewness": moves.skew().to_dict(),
        "autocorrelation_absolute_1": {"mean": autocorrelation(moves, 1)},
        "autocorrelation_absolute_10": {"mean": autocorrelation(moves, 10)},
        "correlation": {"mean": pairs(moves.corr().to_numpy()).mean()},
        "lower_tail_dependence_5": {"mean": rank_share(moves, 0.05, lower=True)},
        "upper_tail_dependence_5": {"mean": rank_share(moves, 0.05, lower=False)},
        "yearly_volatility_spread": {"BTC": yearly.std(ddof=0) / yearly.mean()},
    }


def flat(nested):
    return pd.Series({(name, key): value for name, values in nested.items() for key, value in values.items()})


@cache
def sampled():
    """One row per seed, one column per statistic: what eight years of the model look like."""
    return pd.DataFrame({seed: flat(statistics(returns(SyntheticMarket(seed).prices()))) for seed in SEEDS}).T


def targets():
    return flat({name: target["values"] for name, target in calibration()["targets"].items()})


def test_every_real_statistic_lies_inside_the_models_sampling_band():
    band = sampled().quantile([0.01, 0.99])
    outside = targets()[(targets() < band.loc[0.01]) | (targets() > band.loc[0.99])]
    assert outside.empty, outside


def test_the_models_typical_market_is_close_where_eight_years_suffice_to_tell():
    """Medians over the seeds; heavy tails leave kurtosis and skewness of a single coin to the band above."""
    distance = sampled().median() - targets()
    for name, allowed in {
        "autocorrelation_absolute_1": 0.03,
        "autocorrelation_absolute_10": 0.02,
        "correlation": 0.03,
        "lower_tail_dependence_5": 0.03,
        "upper_tail_dependence_5": 0.03,
        "yearly_volatility_spread": 0.04,
    }.items():
        assert abs(distance[name]).max() < allowed, name
    relative = distance["volatility_annual"] / targets()["volatility_annual"]
    assert abs(relative).max() < 0.08


def test_the_default_market_is_a_typical_one():
    first = flat(statistics(returns(SyntheticMarket().prices())))
    band = sampled().loc[2:].agg(["min", "max"])
    assert ((first >= band.loc["min"]) & (first <= band.loc["max"])).all()


def test_crashes_are_shared_more_than_rallies_in_every_market():
    low, high = sampled()[("lower_tail_dependence_5", "mean")], sampled()[("upper_tail_dependence_5", "mean")]
    assert (low > high + 0.1).all()


def test_a_normal_market_of_the_same_correlation_would_fail_these_bands():
    moves = returns(SyntheticMarket().prices())
    draws = np.random.default_rng(0).multivariate_normal(np.zeros(8), moves.cov(), len(moves))
    normal = flat(statistics(pd.DataFrame(draws, index=moves.index, columns=moves.columns)))
    band = sampled().quantile([0.01, 0.99])
    inside = (normal >= band.loc[0.01]) & (normal <= band.loc[0.99])
    assert not inside["excess_kurtosis"].any()
    assert not inside["autocorrelation_absolute_1"].any()
    assert not inside["lower_tail_dependence_5"].any()
    assert not inside["yearly_volatility_spread"].any()
    assert inside["volatility_annual"].all()


def test_same_seed_same_bits_here_and_everywhere():
    digest = hashlib.sha256(SyntheticMarket(seed=1).prices().to_numpy().astype("<f8").tobytes()).hexdigest()
    assert digest == "7529001ea58968fb4b48e5ffe5871e786f40539a2335ca6df5efe811b73aa276"


def test_another_seed_is_another_market_and_global_state_plays_no_part():
    np.random.seed(0)  # noqa: NPY002
    first = SyntheticMarket(seed=2).prices()
    np.random.seed(1)  # noqa: NPY002
    assert SyntheticMarket(seed=2).prices().equals(first)
    assert (SyntheticMarket(seed=3).prices().iloc[1:] != first.iloc[1:]).mean(axis=None) > 0.99


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_the_table_looks_like(seed):
    prices = SyntheticMarket(seed).prices("crypto")
    assert prices.columns.tolist() == ["BTC", "ETH", "SOL", "BNB", "XRP", "ADA", "DOGE", "LTC"]
    assert prices.index.equals(pd.date_range("2018-01-01", "2025-12-31", tz="UTC"))
    assert str(prices.index.dtype) == "datetime64[ns, UTC]"
    assert np.isfinite(prices).all(axis=None)
    assert (prices > 0.0).all(axis=None)
    assert prices.attrs["source"].startswith(f"SyntheticMarket(seed={seed}): invented prices")
    assert returns(prices).attrs["source"] == prices.attrs["source"]


def test_prices_have_six_significant_digits():
    prices = SyntheticMarket().prices().to_numpy().ravel()
    assert all(price == float(f"{price:.6g}") for price in prices)


def test_every_target_has_a_source():
    for name, target in calibration()["targets"].items():
        assert len(target["source"]) > 20, name
        assert target["values"], name


def test_the_calibration_is_the_file_beside_the_project():
    file = Path(__file__).parents[3] / "data" / "calibration.json"
    assert dict(calibration()) == json.loads(file.read_text(encoding="utf-8"))


def test_garch_by_hand():
    variance = _garch(np.array([[2.0], [0.0], [1.0]]), alpha=0.1, beta=0.8)
    np.testing.assert_allclose(variance.ravel(), [1.0, 0.1 + 0.4 + 0.8, 0.1 + 0.8 * 1.3], rtol=1e-14)


def test_regimes_by_hand():
    # leave probability 0.5: 0.1 and 0.3 leave for the next and the one after it, 0.9 stays
    path = _regime(np.array([0.9, 0.1, 0.9, 0.3]), levels=[1.0, 2.0, 3.0], mean_days=2.0)
    np.testing.assert_allclose(path * np.sqrt(14.0 / 3.0), [2.0, 3.0, 3.0, 2.0], rtol=1e-14)


@pytest.mark.parametrize("seed", [-1, 1.5, "1", None, True])
def test_refuses_a_bad_seed(seed):
    with pytest.raises(DataError, match="seed is not a usable whole number"):
        SyntheticMarket(seed)


def test_refuses_prices_it_does_not_have():
    with pytest.raises(DataError, match="the synthetic market has no such prices; got 'equities'; expected 'crypto'"):
        SyntheticMarket().prices("equities")
