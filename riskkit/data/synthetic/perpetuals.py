r"""Invented perpetual swaps: their premium over spot, last and mark price, and what longs pay every eight hours.

The premium of hour t, in basis points, is :math:`g(x_t) + \text{noise} + d_t`:

- :math:`x`, the mood, is about standard normal: a slow part common to all coins, the coin's own trend (its past returns
  with a long memory: longs crowd in after rises), and two quicker parts of its own. :math:`g` is piecewise linear and
  says how often which premium occurs: nearly flat around -4.5 bp, where arbitrage pins a market without conviction, and
  steep above, where longs pay up;
- the noise grows with the market's stress;
- :math:`d`, the dislocation, starts with a move of more than a few of the market's usual hourly volatilities, grows with
  its square, halves every hour and is bounded: in a crash the perpetual trades far below spot.

The funding rule is Binance's (FAQ "Introduction to Binance Futures Funding Rates"): the premium averaged with weights that
grow linearly toward the payment, plus clamp(interest - average, -w, +w), capped. The clamp is why every third rate is
exactly the interest, 1 bp.
"""

from typing import Any

import numpy as np

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.data.synthetic import portable
from riskkit.data.synthetic.derivatives import calibration, numbers, piecewise_linear, remembered
from riskkit.errors import DataError

NUMBER = 20  # first part of every key of random numbers in this file
HOURS = 8
BASIS_POINT = 1e-4
DIGITS = 7  # of the prices: a tick is at most 0.01 bp
RATE_UNITS = 1e8  # rates are published with eight decimals


def premium(seed: int, coin: int, shock: FloatArray, stress: FloatArray) -> FloatArray:
    """Return how far the perpetual trades above spot at the end of each hour.

    Parameters
    ----------
    seed, coin : int
        The same two give the same numbers; all coins of a seed share their slow mood.
    shock : array of shape (H,)
        The coin's hourly log return / its volatility known before the hour.
    stress : array of shape (H,)
        That volatility / its median over the whole history, >= 0.

    Returns
    -------
    array of shape (H,)
        Decimals of the spot price, between -7 % and +7 % whatever the arguments.

    Examples
    --------
    >>> calm = premium(1, 0, np.zeros(48), np.ones(48))
    >>> crash = premium(1, 0, np.where(np.arange(48) == 40, -12.0, 0.0), np.full(48, 3.0))
    >>> bool(abs(calm).max() < 0.002), bool(crash[40] < -0.004)
    (True, True)
    """
    shock = numbers("shock", shock)
    stress = numbers("stress", stress, len(shock), least=0.0)
    model = calibration()["model"]["premium"]
    usual = piecewise_linear(_mood(seed, coin, shock, model["mood"]), model["moods"], model["basis_points"])
    noise = portable.normal(seed, (NUMBER, coin, 0), shock.shape) * np.minimum(stress, model["most_stress"])
    dislocation = _dislocation(seed, coin, np.clip(shock, -1e6, 1e6) * np.minimum(stress, 1e6), model["dislocation"])
    return BASIS_POINT * (usual + model["noise"] * noise + dislocation)


def last_and_mark(spot: FloatArray, premium: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the perpetual's last and mark price at the end of each hour.

    The mark takes the median premium of the last three hours: a dislocation of one hour does not reach it, one that
    stays does. (Venues take the median of three prices, one with a moving average of the basis.)

    Parameters
    ----------
    spot : array of shape (H,), > 0
    premium : array of shape (H,)
        Of :func:`premium`, decimals.

    Returns
    -------
    last, mark : arrays of shape (H,)
        In the units of ``spot``, seven significant digits.

    Examples
    --------
    >>> last, mark = last_and_mark(np.full(4, 100.0), np.array([0.0, 0.0, -0.02, 0.0]))
    >>> last.tolist(), mark.tolist()
    ([100.0, 100.0, 98.0, 100.0], [100.0, 100.0, 100.0, 100.0])
    """
    spot = numbers("spot", spot, above=0.0)
    premium = numbers("premium", premium, len(spot), above=-1.0)
    before = np.concatenate([premium[:1], premium[:-1]])
    earlier = np.concatenate([before[:1], before[:-1]])
    low, high = np.minimum(before, earlier), np.maximum(before, earlier)
    smooth = np.clip(premium, low, high)  # the median of three
    return portable.rounded(spot * (1.0 + premium), DIGITS), portable.rounded(spot * (1.0 + smooth), DIGITS)


def funding(premium: FloatArray, cap: float | None = None) -> FloatArray:
    """Return the funding rates: what longs pay shorts at the end of every eighth hour.

    Parameters
    ----------
    premium : array of shape (H,), H >= 8
        Hourly; the first eight hours make the first rate. Hours after the last whole period have no rate yet.
    cap : float, optional
        Largest rate in absolute value; the calibration's 30 bp where it is not given.

    Returns
    -------
    array of shape (H // 8,)
        Decimals of the notional per 8 hours, eight decimals.

    Examples
    --------
    >>> hours = np.repeat([0.0, 0.0006, 0.0010, -0.0010, -0.0900], 8)
    >>> funding(hours).tolist()  # inside the clamp: the interest; beyond it: less 5 bp; capped
    [0.0001, 0.0001, 0.0005, -0.0005, -0.003]
    """
    rule = calibration()["model"]["funding"]
    most = checks.number("cap", rule["cap"] if cap is None else cap, above=0.0)
    hourly = numbers("premium", premium)
    if len(hourly) < HOURS:
        raise DataError("premium is too short", got=f"{len(hourly)} hours", expected=f"at least {HOURS}")
    periods = hourly[: len(hourly) // HOURS * HOURS].reshape(-1, HOURS)
    average = np.zeros(len(periods))
    for hour in range(HOURS):
        average += (hour + 1.0) * periods[:, hour]
    average /= HOURS * (HOURS + 1) / 2
    # average + clamp(interest - average, -w, +w), written so that the interest comes out exactly
    rate = np.clip(rule["interest"], average - rule["clamp"], average + rule["clamp"])
    return (np.rint(np.clip(rate, -most, most) * RATE_UNITS) + 0.0) / RATE_UNITS  # + 0.0: no rate of -0.0


def _mood(seed: int, coin: int, shock: FloatArray, model: dict[str, Any]) -> FloatArray:
    """About standard normal: the square roots of the shares are the loadings of independent parts of variance 1."""
    shares, memory, most = model["shares"], model["memory_hours"], model["largest_shock"]
    persistence = 1.0 - 1.0 / memory["trend"]
    kicks = np.sqrt(1.0 - persistence * persistence) * np.clip(shock, -most, most)
    mood = np.sqrt(shares["trend"]) * portable.autoregression(kicks, persistence)
    for name, key in {"common": (NUMBER,), "swing": (NUMBER, coin, 1), "quick": (NUMBER, coin, 2)}.items():
        mood += np.sqrt(shares[name]) * remembered(seed, key, len(shock), memory[name])
    return mood


def _dislocation(seed: int, coin: int, move: FloatArray, model: dict[str, Any]) -> FloatArray:
    """Basis points. ``move``: returns in the market's usual hourly volatility; large falls pull down, rises up by less."""
    fall, rise = np.maximum(-move - model["from"], 0.0), np.maximum(move - model["from"], 0.0)
    luck = -portable.log(portable.uniform(seed, (NUMBER, coin, 3), move.shape))  # exponential, mean 1
    kicks = luck * model["per_square"] * (model["upward"] * rise * rise - fall * fall)
    state = portable.autoregression(kicks, model["persistence"])
    return state / (1.0 + np.abs(state) / model["bound"])
