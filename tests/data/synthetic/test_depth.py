import numpy as np
import pandas as pd
import pytest

from riskkit.data.synthetic.depth import order_book
from riskkit.errors import DataError

USUAL = {"mid": 60_000.0, "volatility": 0.6, "stress": 1.0, "volume": 2e9}


def made(key=(0, 0), seed=1, **changed):
    return order_book(**(USUAL | changed), seed=seed, key=key)


def side(book, name):
    return book[book["side"] == name].reset_index(drop=True)


def within(book, name, share=0.01):
    """Notional of one side within a share of its best price."""
    rows = side(book, name)
    return rows.loc[(rows["price"] / rows["price"][0] - 1.0).abs() <= share, "cumulative_notional"].iloc[-1]


def typical(**changed):
    return np.mean([within(made(key=(0, hour), **changed), name) for hour in range(30) for name in ("bid", "ask")])


@pytest.mark.parametrize("mid", [1e-4, 0.0123, 3.0, 60_000.0, 99_999.95, 1e6])
@pytest.mark.parametrize(("volatility", "stress"), [(0.0, 0.0), (0.6, 1.0), (50.0, 1e12)])
@pytest.mark.parametrize("levels", [1, 20, 400])
def test_what_a_book_looks_like(mid, volatility, stress, levels):
    book = made(mid=mid, volatility=volatility, stress=stress, levels=levels)
    assert book.columns.tolist() == ["side", "price", "size", "cumulative_notional"]
    bids, asks = side(book, "bid"), side(book, "ask")
    assert len(bids) == len(asks) == levels
    assert bids["price"][0] < mid < asks["price"][0]
    assert (np.diff(bids["price"]) < 0.0).all()
    assert (np.diff(asks["price"]) > 0.0).all()
    assert (book[["price", "size"]] > 0.0).all(axis=None)
    for rows in (bids, asks):
        np.testing.assert_allclose(rows["cumulative_notional"], (rows["price"] * rows["size"]).cumsum(), rtol=1e-12)


@pytest.mark.parametrize(("mid", "tick"), [(60_000.0, 0.1), (3_000.0, 0.01), (150.0, 0.001), (0.08, 1e-7)])
def test_prices_stand_on_the_tick_grid(mid, tick):
    ticks = made(mid=mid)["price"] / tick
    np.testing.assert_allclose(ticks, ticks.round(), atol=1e-5)


def test_depth_within_one_per_cent_is_the_share_of_daily_volume():
    assert abs(typical() / (0.005 * 2e9) - 1.0) < 0.05
    np.testing.assert_allclose(typical(volume=4e9), 2.0 * typical(), rtol=1e-4)


def test_the_book_is_as_thick_at_every_distance():
    books = [side(made(key=(0, hour)), "ask") for hour in range(30)]
    half = np.mean([book["cumulative_notional"][9] / book["cumulative_notional"][19] for book in books])
    assert abs(half - 0.5) < 0.05


def test_stress_thins_the_book_and_with_volatility_widens_the_spread():
    def spread(**changed):
        book = made(**changed)
        return side(book, "ask")["price"][0] - side(book, "bid")["price"][0]

    depth = [typical(stress=stress) for stress in (0.0, 1.0, 2.0, 8.0, 50.0)]
    assert depth[0] == depth[1]
    np.testing.assert_allclose(depth[1] / np.array(depth[2:]), [2.0, 8.0, 50.0], rtol=1e-3)
    assert spread() < spread(volatility=3.0) < spread(volatility=3.0, stress=8.0)
    assert spread(volatility=0.0) == pytest.approx(0.2)
    assert spread(volatility=50.0, stress=1e12) < 0.021 * 60_000.0


def test_only_seed_and_key_set_the_luck():
    pd.testing.assert_frame_equal(made(), made())
    first = made()
    for other in (made(seed=2), made(key=(0, 1)), made(key=(1, 0)), made(key=())):
        assert (other["price"] == first["price"]).all()
        assert (other["size"] != first["size"]).all()
    assert (side(first, "bid")["size"] != side(first, "ask")["size"]).all()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"mid": 0.0}, "mid"),
        ({"mid": np.nan}, "mid"),
        ({"volume": 0.0}, "volume"),
        ({"stress": -1.0}, "stress"),
        ({"volatility": -0.1}, "volatility"),
        ({"levels": 0}, "levels"),
        ({"levels": 401}, "levels are too many; got 401; expected at most 400"),
    ],
)
def test_refuses_what_it_cannot_use(changed, message):
    with pytest.raises(DataError, match=message):
        made(**changed)
