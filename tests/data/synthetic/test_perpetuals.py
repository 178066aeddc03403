from functools import cache

import numpy as np
import pandas as pd
import pytest
from oracles import spot
from scipy.stats import rankdata

from riskkit.data.synthetic.derivatives import calibration
from riskkit.data.synthetic.perpetuals import funding, last_and_mark, premium
from riskkit.errors import DataError

SEEDS = range(1, 31)
CAPS = {"BTC": 0.003, "ETH": 0.00375, "five": 0.00375}
NAMES = (
    "funding_bp", "funding_shares", "funding_autocorrelation", "funding_extremes_bp", "funding_trend",
    "premium_bp", "premium_rank_autocorrelation", "last_to_mark_bp",
)  # fmt: skip


def autocorrelation(values, lag):
    return np.corrcoef(values[lag:], values[:-lag])[0, 1]


def quantiles(values, **levels):
    return {name: np.quantile(values, level) for name, level in levels.items()}


def of_rates(rates):
    """The statistics of the rates, by the names that the calibration gives them."""
    levels = {"q01": 0.01, "q05": 0.05, "median": 0.5, "q95": 0.95, "q99": 0.99}
    return {
        "funding_bp": {"mean": rates.mean() * 1e4} | quantiles(rates * 1e4, **levels),
        "funding_shares": {"negative": (rates < 0.0).mean(), "one_basis_point": (rates.round(8) == 0.0001).mean()},
        "funding_autocorrelation": {str(lag): autocorrelation(rates, lag) for lag in (1, 21, 90)},
    }


def statistics(premiums, log_price, cap):
    """All statistics of the targets that one coin has."""
    rates = funding(premiums, cap)
    months = log_price[720:] - log_price[:-720]  # over the 30 days to the end of hour 720, 721, ...
    last, mark = last_and_mark(np.full(len(premiums), 100.0), premiums)
    apart, ranks = np.abs(last / mark - 1.0) * 1e4, rankdata(premiums)
    middle = {"q01": 0.01, "median": 0.5, "q99": 0.99}
    return of_rates(rates) | {
        "funding_extremes_bp": {"lowest": rates.min() * 1e4, "highest": rates.max() * 1e4},
        "funding_trend": {"30_days": np.corrcoef(rankdata(rates[90:]), rankdata(months[7::8]))[0, 1]},
        "premium_bp": quantiles(premiums * 1e4, **middle) | {"lowest": premiums.min() * 1e4},
        "premium_rank_autocorrelation": {str(lag): autocorrelation(ranks, lag) for lag in (1, 24, 240)},
        "last_to_mark_bp": quantiles(apart, median=0.5, q99=0.99) | {"largest": apart.max()},
    }


def flat(nested):
    return pd.Series({(name, key): value for name, values in nested.items() for key, value in values.items()})


@cache
def paths():
    """Per seed: the premium of eight years and the log price it goes with."""
    made = {}
    for seed in SEEDS:
        shock, stress = spot.hourly(seed)
        made[seed] = premium(seed, 0, shock, stress), np.cumsum(0.005 * shock * stress)
    return made


@cache
def sampled(cap):
    return pd.DataFrame({seed: flat(statistics(*path, cap)) for seed, path in paths().items()}).T


@pytest.mark.parametrize("coin", ["BTC", "ETH", "five"])
def test_every_real_statistic_lies_inside_the_models_sampling_band(coin):
    """The band is that of one coin, also for the mean over five, which varies less."""
    targets = calibration()["targets"]
    real = flat({name: targets[name]["values"][coin] for name in NAMES if coin in targets[name]["values"]})
    band = sampled(CAPS[coin])[real.index].quantile([0.01, 0.99])
    outside = real[(real < band.loc[0.01]) | (real > band.loc[0.99])]
    assert outside.empty, pd.DataFrame({"real": outside, **band[outside.index].T})


def test_the_targets_are_what_the_real_rates_say(real_data):
    file = pd.read_csv(real_data / "perp_funding_binance_20coins.csv.gz")
    found = {}
    for symbol in ("BTCUSDT", "ETHUSDT", "XRPUSDT", "ADAUSDT", "LTCUSDT"):
        rates = file.loc[file["symbol"] == symbol, "funding_rate"].to_numpy()
        found[symbol[:3]] = flat(of_rates(rates))
    found["five"] = pd.DataFrame(found).mean(axis=1)
    for name in ("funding_bp", "funding_shares", "funding_autocorrelation"):
        for coin, values in calibration()["targets"][name]["values"].items():
            for key, value in values.items():
                assert found[coin][name, key] == pytest.approx(value, rel=0.01, abs=0.006), (name, coin, key)


def test_the_targets_are_what_the_real_premium_says(real_data):
    last = pd.read_parquet(real_data / "perp_btc_eth_1h_with_mark.parquet")
    spots = pd.read_parquet(real_data / "crypto_spot_1h_close_17coins.parquet")
    hours = pd.date_range("2020-01-01T00:00Z", last["date"].max(), freq="h")
    for coin in ("BTC", "ETH"):
        perpetual, price = last[last["symbol"] == coin].set_index("date"), spots[coin].reindex(hours)
        missing = (price.isna() | perpetual["close"].reindex(hours).isna()).to_numpy()
        near = np.convolve(missing, [1, 1, 1, 1], "same") > 0
        found = ((perpetual["close"].reindex(hours) / price - 1.0) * 1e4).to_numpy()[~near & ~missing]
        real = calibration()["targets"]["premium_bp"]["values"][coin]
        for key, level in {"q01": 0.01, "median": 0.5, "q99": 0.99}.items():
            assert np.quantile(found, level) == pytest.approx(real[key], abs=0.1)


def test_the_models_typical_eight_years_are_close_to_bitcoins():
    """Medians over the seeds."""
    targets = calibration()["targets"]
    typical = sampled(CAPS["BTC"]).median()
    for name, allowed in {
        "funding_bp": 1.3, "funding_shares": 0.05, "funding_autocorrelation": 0.12, "premium_rank_autocorrelation": 0.06,
    }.items():  # fmt: skip
        assert abs(typical[name] - pd.Series(targets[name]["values"]["BTC"])).max() < allowed, name


def test_funding_of_two_coins_moves_together_but_not_as_one():
    target = calibration()["targets"]["funding_between_coins"]["values"]["five"]["mean"]
    found = []
    for seed in SEEDS[:8]:
        shock, stress = spot.hourly(seed)
        own, _ = spot.hourly(1000 + seed)
        other = premium(seed, 1, 0.8 * shock + 0.6 * own, stress)
        found.append(np.corrcoef(rankdata(funding(paths()[seed][0])), rankdata(funding(other)))[0, 1])
    assert min(found) < target < max(found)


def test_a_normal_premium_would_fail_these_bands():
    normal = np.random.default_rng(0).normal(-1e-4, 7e-4, 8 * 365 * 24)
    band = sampled(CAPS["BTC"]).quantile([0.01, 0.99])
    found = flat(statistics(normal, paths()[1][1], CAPS["BTC"]))
    inside = (found >= band.loc[0.01]) & (found <= band.loc[0.99])
    assert not inside["funding_shares"].any()
    assert not inside["funding_autocorrelation"].any()
    assert not inside["premium_bp"]["lowest"]


def test_funding_by_hand():
    hours = np.zeros(16)
    hours[7], hours[8] = 0.0036, 0.0036  # the last hour of a period weighs 8 / 36, the first 1 / 36
    assert funding(hours).tolist() == [round(0.0008 - 0.0005, 8), 0.0001]


@pytest.mark.parametrize(
    ("average", "rate"),
    [
        (0.0, 0.0001),
        (0.0006, 0.0001),  # the clamp's upper end: exactly the interest
        (-0.0004, 0.0001),  # and its lower end
        (0.000601, 0.000101),
        (-0.000401, 0.000099),
        (-0.0005, 0.0),
        (0.002, 0.0015),
        (-0.0020, -0.0015),
        (0.0035, 0.003),  # at the cap
        (0.5, 0.003),
        (-0.5, -0.003),
    ],
)
def test_the_clamp_and_the_cap(average, rate):
    assert funding(np.full(8, average)).tolist() == [rate]


def test_the_interest_comes_out_to_the_bit_whatever_the_average_inside_the_clamp():
    hours = np.repeat(np.linspace(-0.00039, 0.00059, 4001), 8)
    assert set(funding(hours)) == {0.0001}


def test_another_cap_and_hours_without_a_whole_period():
    assert funding(np.full(23, -0.5), cap=0.02).tolist() == [-0.02, -0.02]


def test_a_crash_pulls_the_perpetual_below_spot_and_a_jump_lifts_it_less():
    low, high = [], []
    for seed in SEEDS:
        for sign, found in ((-1.0, low), (1.0, high)):
            shock = np.zeros(48)
            shock[24] = sign * 10.0
            path = premium(seed, 0, shock, np.full(48, 3.0))
            found.append(path[24] - premium(seed, 0, np.zeros(48), np.full(48, 3.0))[24])
    assert max(low) < 0.0 < min(high)
    assert -0.02 < np.mean(low) < -0.004
    assert np.mean(high) < -0.8 * np.mean(low)


def test_a_dislocation_is_gone_a_day_later():
    fall = np.where(np.arange(72) == 24, -30.0, 0.0)
    paths = [premium(seed, 0, fall, np.ones(72)) - premium(seed, 0, np.zeros(72), np.ones(72)) for seed in SEEDS]
    assert np.mean(paths, axis=0)[24] < -0.005
    assert np.abs(paths)[:, 48:].max() < 3e-4  # what is left is the trend in the mood


@pytest.mark.parametrize("size", [0.0, 1.0, 1e3, 1e12, 1e300])
@pytest.mark.parametrize("stress", [0.0, 1.0, 50.0, 1e6, 1e300])
def test_the_premium_stays_bounded_whatever_the_arguments(size, stress):
    shock = size * np.resize([0.0, -1.0, 1.0, -1.0], 200)
    path = premium(1, 0, shock, np.full(200, stress))
    assert np.isfinite(path).all()
    assert abs(path).max() < 0.07


def test_the_mark_ignores_one_hour_and_follows_two():
    spike = np.array([0.001, 0.001, -0.02, 0.001, 0.001, -0.02, -0.03, -0.03])
    last, mark = last_and_mark(np.full(8, 50_000.0), spike)
    np.testing.assert_allclose(last, 50_000.0 * (1.0 + spike), rtol=1e-6)
    np.testing.assert_allclose(mark / 50_000.0 - 1.0, [0.001, 0.001, 0.001, 0.001, 0.001, 0.001, -0.02, -0.03], atol=1e-6)


def test_prices_have_seven_digits_at_every_scale():
    prices = np.array([123456.789, 1.0, 0.0123456789])
    last, mark = last_and_mark(prices, np.full(3, 1e-5))
    assert all(price == float(f"{price:.7g}") for price in [*last, *mark])
    np.testing.assert_allclose(last, prices * 1.00001, rtol=6e-7)


def test_same_seed_same_bits_and_every_argument_matters():
    shock, stress = spot.hourly(5, 2000)
    first = premium(1, 0, shock, stress)
    assert np.array_equal(first, premium(1, 0, shock, stress))
    for other in (premium(2, 0, shock, stress), premium(1, 1, shock, stress), premium(1, 0, -shock, stress)):
        assert (other != first).all()
    assert (premium(1, 0, shock, 2.0 * stress) != first).mean() > 0.99


def test_the_past_does_not_know_the_future():
    shock, stress = spot.hourly(6, 1000)
    changed = shock.copy()
    changed[600:] = -changed[600:] * 3.0
    assert np.array_equal(premium(1, 0, shock, stress)[:600], premium(1, 0, changed, stress)[:600])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: premium(1, 0, np.zeros(3), np.ones(4)), "stress does not fit the times; got 4 values; expected 3"),
        (lambda: premium(1, 0, np.zeros(3), -np.ones(3)), "stress is out of range; got -1 in row 1; expected >= 0"),
        (lambda: premium(1, 0, np.array([0.0, np.nan]), np.ones(2)), "shock holds NaN"),
        (lambda: last_and_mark(np.array([1.0, 0.0]), np.zeros(2)), "spot is out of range; got 0 in row 2; expected > 0"),
        (lambda: last_and_mark(np.ones(2), np.array([0.0, -1.0])), "premium is out of range"),
        (lambda: funding(np.zeros(7)), "premium is too short; got 7 hours; expected at least 8"),
        (lambda: funding(np.zeros(8), cap=0.0), "cap"),
    ],
)
def test_refuses_what_it_cannot_use(call, message):
    with pytest.raises(DataError, match=message):
        call()
