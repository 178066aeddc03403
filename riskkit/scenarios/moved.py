"""Which factor a column moves, and how levels of factors become moves."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.core.market import kind_of_move
from riskkit.errors import DataError, FactorError


def factors_of(names: Iterable[object], factors: Mapping[str, str] | None = None) -> list[str]:
    """Return the factor that each series moves: ``"BTC"`` moves ``"BTC.spot"``, a name with a suffix itself.

    Parameters
    ----------
    names : iterable
        Names of the series.
    factors : dict, optional
        The factor of those series for which the rule is not meant.

    Examples
    --------
    >>> factors_of(["BTC", "BTC.vol", "DVOL"], {"DVOL": "ETH.vol"})
    ['BTC.spot', 'BTC.vol', 'ETH.vol']
    """
    moved = {} if factors is None else checks.mapping("factors", factors)
    series = [str(name) for name in names]
    unknown = set(moved) - set(series)
    if unknown:
        raise FactorError("factors name no series", got=", ".join(sorted(unknown)), expected=", ".join(series))
    return [moved.get(name, name if "." in name else f"{name}.spot") for name in series]


def moves(levels: pd.DataFrame) -> pd.DataFrame:
    """Turn levels of factors into their moves: log changes of spot, vol and peg, differences of funding and rate.

    Parameters
    ----------
    levels : DataFrame (T, F)
        One column per factor (``"BTC.spot"``, ``"BTC.funding"``; a name without a suffix is a spot price); finite.

    Returns
    -------
    DataFrame (T - 1, F)
        Named by factor; ``.attrs`` stay.

    Examples
    --------
    >>> levels = pd.DataFrame({"BTC.spot": [100.0, 110.0], "BTC.funding": [0.0001, -0.0002]})
    >>> moves(levels).round(4).to_dict("list")
    {'BTC.spot': [0.0953], 'BTC.funding': [-0.0003]}
    """
    frame = checks.returns(levels, name="levels", least=2)
    columns = {}
    for factor, name in zip(factors_of(frame.columns), frame.columns, strict=True):
        column = frame[name]
        if kind_of_move(factor) == "log":
            if column.min() <= 0.0:
                raise DataError(f"levels[{name!r}] are not positive", got=f"{column.min():g}", expected="> 0")
            column = np.log(column)
        columns[factor] = column.diff().iloc[1:]
    result = pd.DataFrame(columns)
    result.attrs.update(levels.attrs)
    return result
