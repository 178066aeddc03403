"""What a chain says about the smile of each expiry, with every row that is left out counted."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskkit.checks import FloatArray
from riskkit.data.protocol import CHAIN, checked_chain, time
from riskkit.errors import DataError

DAYS_PER_YEAR = 365.0
NUMBERS = ("strike", "forward", "mark_volatility", "bid_price", "ask_price")
FORWARDS_AGREE = 1e-3  # quotes of one expiry are taken within seconds


@dataclass(frozen=True, eq=False)
class SmileQuotes:
    """The quotes of one expiry: out-of-the-money options, from the lowest strike up.

    Parameters
    ----------
    expiry : Timestamp
    years : float
        Time to expiry, actual days / 365.
    forward : float
        The middle one of the forwards of its options.
    log_moneyness, volatility : arrays of shape (n,)
        ln(strike / the option's own forward); decimals per year.
    """

    expiry: pd.Timestamp
    years: float
    forward: float
    log_moneyness: FloatArray
    volatility: FloatArray


def smile_quotes(chain: pd.DataFrame) -> tuple[list[SmileQuotes], pd.DataFrame]:
    """Return the quotes of every expiry, the nearest first, and how many rows were used and why the others were not.

    Of each strike the option out of the money counts: the put below the forward, else the call.

    Parameters
    ----------
    chain : DataFrame
        As :meth:`riskkit.data.MarketSource.option_chain` returns it, with ``.attrs["asof"]``; here volatility may be NaN.

    Returns
    -------
    quotes : list of SmileQuotes
    counts : DataFrame
        A row per expiry; ``options`` is the sum of ``used``, ``in_the_money``, ``no_volatility`` (NaN or 0) and ``crossed``
        (bid above ask).

    Raises
    ------
    DataError
        A chain that is not as :mod:`riskkit.data.protocol` describes it, that does not say when it was taken, or with an
        option given twice, a negative volatility, or forwards of one expiry that differ by more than 0.1 %.

    Examples
    --------
    >>> chain = rk.data.SyntheticMarket().option_chain("BTC", at="2024-03-12")
    >>> quotes, counts = smile_quotes(chain)
    >>> len(quotes), counts.iloc[0].to_dict()
    (12, {'options': 66, 'used': 33, 'in_the_money': 33, 'no_volatility': 0, 'crossed': 0})
    """
    table = _checked(chain)
    unknown = ~(table["mark_volatility"] > 0.0)
    crossed = table["bid_price"] > table["ask_price"]
    outside = (table["kind"] == "put") == (table["strike"] < table["forward"])
    used = outside & ~unknown & ~crossed
    reasons = pd.DataFrame({
        "expiry": table["expiry"], "options": True, "used": used, "in_the_money": ~outside,
        "no_volatility": outside & unknown, "crossed": outside & ~unknown & crossed,
    })  # fmt: skip
    asof = pd.Timestamp(chain.attrs["asof"])
    quotes = [_quotes(asof, rows) for _, rows in table[used].groupby("expiry")]
    return quotes, reasons.groupby("expiry").sum().astype(int)


def _quotes(asof: pd.Timestamp, rows: pd.DataFrame) -> SmileQuotes:
    expiry = rows["expiry"].iloc[0]
    forwards = rows["forward"].to_numpy(dtype=float)
    if forwards.max() > (1.0 + FORWARDS_AGREE) * forwards.min():
        raise DataError(
            f"chain has different forwards for {expiry:%Y-%m-%d}", got=f"{forwards.min():g} to {forwards.max():g}",
            expected="one per expiry, to 0.1 %",
        )  # fmt: skip
    k = np.log(rows["strike"].to_numpy(dtype=float) / forwards)
    volatility = rows["mark_volatility"].to_numpy(dtype=float)
    return SmileQuotes(expiry, years_between(asof, expiry), float(np.median(forwards)), k, volatility)


def years_between(asof: pd.Timestamp, expiry: pd.Timestamp) -> float:
    """Return the years between two times, actual days / 365."""
    return float((expiry - asof).total_seconds() / (DAYS_PER_YEAR * 86_400.0))


def _checked(chain: pd.DataFrame) -> pd.DataFrame:
    if not isinstance(chain, pd.DataFrame):
        raise DataError("chain has the wrong type", got=type(chain).__name__, expected="a DataFrame such as option_chain's")
    missing = [column for column in CHAIN if column not in chain]
    if missing:
        raise DataError("chain lacks columns", got=f"no {', '.join(missing)}", expected=", ".join(CHAIN))
    for column in NUMBERS:
        if not pd.api.types.is_numeric_dtype(chain[column]):
            raise DataError(f"chain[{column!r}] is not numeric", got=f"dtype {chain[column].dtype}", expected="numbers")
    if not isinstance(chain["expiry"].dtype, pd.DatetimeTZDtype):
        raise DataError(
            'chain["expiry"] does not hold times in UTC', got=f"dtype {chain['expiry'].dtype}",
            expected="datetime64[ns, UTC]",
            remedy='pd.to_datetime(chain["expiry"], utc=True)',
        )  # fmt: skip
    asof = time('chain.attrs["asof"]', chain.attrs.get("asof"))
    if asof is None:
        raise DataError(
            "chain does not say when it was taken", expected='chain.attrs["asof"]',
            remedy="frames lose attrs in some operations: copy them back from the chain as it was loaded",
        )  # fmt: skip
    unknown = chain["mark_volatility"].isna()
    filled = chain.assign(mark_volatility=chain["mark_volatility"].where(~unknown, 0.0))
    table = checked_chain("chain", filled, str(chain.attrs.get("source", "unknown")), asof, "")
    twice = table.duplicated(["expiry", "strike", "kind"])
    if twice.any():
        option = table[twice].iloc[0]
        got = f"{option['expiry']:%Y-%m-%d} {option['strike']:g} {option['kind']}"
        raise DataError("chain holds an option twice", got=got, expected="one row per option")
    return table
