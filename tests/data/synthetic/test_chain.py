import numpy as np
import pandas as pd
import pytest
from oracles import spot
from scipy.special import ndtr

from riskkit.data.protocol import CHAIN
from riskkit.data.synthetic.chain import _grid, chain, expiries
from riskkit.data.synthetic.derivatives import calibration
from riskkit.data.synthetic.surface import surface
from riskkit.errors import DataError

TICK = 0.0001
DAYS = {"usual": 150, "calm": 255, "panic": 405}


@pytest.fixture(scope="module")
def path():
    volatility, returns = spot.daily(3, 0.66, 600)
    volatility[200:260], returns[200:260] = 0.15, 0.0
    volatility[400:420], returns[400:420] = 3.0, -0.15
    return surface(volatility, returns, 1, 0)


def made(path, day="usual", at="2024-03-12", price=70_123.4, **options):
    return chain(path, DAYS[day], pd.Timestamp(at), price, name="BTC", source="invented", **options)


@pytest.fixture(scope="module", params=[(day, price) for day in DAYS for price in (70_123.4, 2_345.6, 0.0812)])
def table(path, request):
    return made(path, request.param[0], price=request.param[1])


def smiles(table):
    """Per expiry and kind: the frame sorted by strike."""
    return {key: group.sort_values("strike") for key, group in table.groupby(["expiry", "kind"])}


def test_what_the_table_looks_like(path):
    table = made(path)
    assert tuple(table.columns) == CHAIN
    assert table.attrs == {"source": "invented", "asof": pd.Timestamp("2024-03-12", tz="UTC"), "price_unit": "BTC"}
    assert not table.duplicated(["expiry", "strike", "kind"]).any()
    assert (table["expiry"].dt.hour == 8).all()
    pairs = table.groupby(["expiry", "strike"])["kind"].agg(list)
    assert all(pair == ["call", "put"] for pair in pairs)


@pytest.mark.parametrize(
    ("asof", "days"),
    [
        # a Tuesday in the middle of a month
        ("2024-03-12T00:00Z", "03-12 03-13 03-14 03-15 03-22 03-29 04-05 04-26 05-31 06-28 09-27 12-27"),
        # the last Friday of a quarter, one second before and at its expiry
        ("2024-06-28T07:59:59Z", "06-28 06-29 06-30 07-05 07-12 07-19 07-26 08-30 09-27 12-27 03-28"),
        ("2024-06-28T08:00Z", "06-29 06-30 07-01 07-05 07-12 07-19 07-26 08-30 09-27 12-27 03-28 06-27"),
        # over the year's end; the Friday of the 27th is daily, weekly, monthly and quarterly, and listed once
        ("2024-12-26T12:00Z", "12-27 12-28 12-29 01-03 01-10 01-17 01-31 02-28 03-28 06-27 09-26"),
    ],
)
def test_expiries_by_hand(asof, days):
    assert [str(day)[5:10] for day in expiries(pd.Timestamp(asof))] == days.split()


def test_expiries_are_always_sorted_unique_and_ahead():
    for asof in pd.date_range("2018-01-01", "2025-12-31 23:00", freq="149h", tz="UTC"):
        found = expiries(asof)
        assert found.is_monotonic_increasing
        assert found.is_unique
        assert (found > asof).all()
        assert 10 <= len(found) <= 14
        assert 270 < (found[-1] - asof).days < 380


def test_steps_like_the_venues():
    steps = calibration()["model"]["chain"]["steps"]
    for price, expected in ((92_000.0, [500, 1000, 2000, 5000]), (3_000.0, [20, 50, 100, 200])):
        found = [np.diff(_grid(price, years, steps))[0] for years in (2 / 365, 20 / 365, 60 / 365, 1.0)]
        assert found == expected


def test_strikes_reach_from_about_5_to_95_delta_or_to_four_times_the_forward(table):
    for (expiry, kind), smile in smiles(table).items():
        if kind == "call" and len(smile) > 7:
            years = (expiry - table.attrs["asof"]) / pd.Timedelta("365D")
            deviation = smile["mark_volatility"] * np.sqrt(years)
            reach = smile["strike"] / smile["forward"]
            delta = ndtr(-np.log(reach) / deviation + deviation / 2.0)
            assert years < 3 / 365 or delta.between(0.0499, 0.9501).all()
            assert delta.max() > 0.85 or reach.min() < 0.27
            assert delta.min() < 0.15 or reach.max() > 3.8


def test_marks_are_black_76_in_coin_to_the_tick(table):
    years = (table["expiry"] - table.attrs["asof"]) / pd.Timedelta("365D")
    deviation = table["mark_volatility"] * np.sqrt(years)
    upper = np.log(table["forward"] / table["strike"]) / deviation + deviation / 2.0
    sign = np.where(table["kind"] == "call", 1.0, -1.0)
    value = sign * (table["forward"] * ndtr(sign * upper) - table["strike"] * ndtr(sign * (upper - deviation)))
    assert (value / table["forward"] - table["mark_price"]).abs().max() <= TICK / 2 + 1e-12


def test_put_call_parity(table):
    call, put = (table[table["kind"] == kind].reset_index(drop=True) for kind in ("call", "put"))
    gap = call["mark_price"] - put["mark_price"] - (1.0 - call["strike"] / call["forward"])
    assert gap.abs().max() <= TICK + 1e-12


def test_call_prices_fall_and_are_convex_in_strike_to_the_tick(table):
    for (_, kind), smile in smiles(table).items():
        if kind == "call":
            price, strike = smile["mark_price"].to_numpy(), smile["strike"].to_numpy()
            assert (np.diff(price) <= 0.0).all()
            step = strike[1] - strike[0]
            np.testing.assert_allclose(np.diff(strike), step, rtol=1e-9)
            assert (np.diff(price, 2) >= -2.0 * TICK - 1e-12).all()


def test_total_variance_at_the_money_rises_with_expiry(table):
    calls = table[table["kind"] == "call"]
    nearest = calls.loc[(calls["strike"] / calls["forward"] - 1.0).abs().groupby(calls["expiry"]).idxmin()]
    total = nearest["mark_volatility"] ** 2 * (nearest["expiry"] - table.attrs["asof"]).dt.total_seconds()
    assert (np.diff(total) > 0.0).all()


def test_quotes_surround_the_mark_on_the_grid(table):
    bid = table["bid_price"].dropna()
    assert (bid < table["mark_price"][bid.index]).all()
    assert (bid >= TICK).all()
    assert (table["ask_price"] > table["mark_price"]).all()
    for column in ("mark_price", "bid_price", "ask_price"):
        ticks = table[column].dropna() / TICK
        np.testing.assert_allclose(ticks, ticks.round(), atol=1e-6)


def test_worthless_options_have_no_bid(path):
    table = made(path)
    worthless = table["mark_price"] < 2.5 * TICK
    assert 0.01 < worthless.mean() < 0.2
    assert (table["mark_price"] == 0.0).any()
    assert table.loc[worthless, "bid_price"].isna().all()
    assert table.loc[~worthless, "bid_price"].notna().mean() > 0.99


def test_the_last_second_of_an_option_is_no_special_case(path):
    last = made(path, at="2024-03-12T07:59:59")
    ending = last[last["expiry"] == last["expiry"].min()]
    gain = np.where(ending["kind"] == "call", 1.0, -1.0) * (1.0 - ending["strike"] / ending["forward"])
    np.testing.assert_allclose(ending["mark_price"], np.maximum(gain, 0.0), atol=TICK)
    assert not np.signbit(ending["mark_price"]).any()


def test_spreads_widen_in_stress_and_away_from_the_money(path):
    def spreads(day):
        """Of the quarterly options, in volatility: spread / vega, at the money and at the wing."""
        table = made(path, day)
        smile = smiles(table)[table["expiry"].max(), "call"]
        years = (smile["expiry"] - table.attrs["asof"]) / pd.Timedelta("365D")
        deviation = smile["mark_volatility"] * np.sqrt(years)
        upper = np.log(smile["forward"] / smile["strike"]) / deviation + deviation / 2.0
        vega = np.exp(-(upper**2) / 2.0) * np.sqrt(years / (2.0 * np.pi))
        wide = (smile["ask_price"] - smile["bid_price"]) / vega
        return wide[upper.abs().idxmin()], wide[upper.idxmin()]

    (near, far), (near_panic, far_panic) = spreads("usual"), spreads("panic")
    assert far > 1.5 * near
    assert near_panic > 1.5 * near
    assert far_panic > 1.2 * far


def test_open_interest_falls_away_from_the_money_and_stays_with_its_strike(path):
    table, next_day = made(path), made(path, at="2024-03-13", price=70_900.0)
    reach = (table["strike"] / table["forward"] - 1.0).abs()
    quarter = table["expiry"] == table["expiry"].max()
    assert (
        table[quarter & (reach < 0.3)]["open_interest"].mean() > 2.0 * table[quarter & (reach > 0.8)]["open_interest"].mean()
    )
    key = ["expiry", "strike", "kind"]
    both = table.merge(next_day, on=key, suffixes=("", "_next"))
    far = both[both["open_interest"] > 50.0]
    assert len(far) > 100
    assert (far["open_interest_next"] / far["open_interest"]).between(0.5, 2.0).mean() > 0.95


def test_every_expiry_has_strikes_however_wild_the_market():
    wild = surface(np.full(3, 8.0), np.full(3, -0.5), 1, 0)
    table = chain(wild, 2, pd.Timestamp("2024-03-12"), 70_123.4, name="BTC", source="invented")
    assert (table.groupby("expiry")["strike"].nunique() >= 3).all()


def test_the_forward_is_spot_with_its_carry(path):
    last = made(path).groupby("expiry")["forward"].first()
    years = (last.index - pd.Timestamp("2024-03-12", tz="UTC")) / pd.Timedelta("365D")
    np.testing.assert_allclose(last, 70_123.4 * np.exp(0.05 * years), rtol=1e-12)
    assert (made(path, carry=0.0)["forward"] == 70_123.4).all()
    assert (np.diff(made(path, carry=-0.1).groupby("expiry")["forward"].first()) < 0.0).all()


def test_same_arguments_same_table(path):
    pd.testing.assert_frame_equal(made(path), made(path))
    naive, zoned = made(path, at="2024-03-12"), made(path, at="2024-03-12T01:00+01:00")
    pd.testing.assert_frame_equal(naive, zoned)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"price": 0.0}, "spot"),
        ({"carry": 2.0}, "carry"),
        ({"at": "NaT"}, "at is not a time"),
    ],
)
def test_refuses_what_it_cannot_use(path, options, message):
    with pytest.raises(DataError, match=message):
        made(path, **options)


def test_refuses_a_day_beyond_the_surface(path):
    with pytest.raises(DataError, match="day_index is beyond the surface; got 600; expected 0 to 599"):
        chain(path, 600, pd.Timestamp("2024-03-12"), 1.0, name="BTC", source="invented")
