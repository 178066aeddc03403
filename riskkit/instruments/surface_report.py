"""What to know of a surface before it is believed: how well it fits, what it left out, where it allows arbitrage."""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from riskkit.instruments.svi import SviSlice, butterfly_function
from riskkit.instruments.svi_arbitrage import butterfly_violations, calendar_violations, smallest_butterfly

if TYPE_CHECKING:
    from riskkit.instruments.surface import VolSurface

BUTTERFLY = ("expiry", "start", "end", "smallest_g", "at")
CALENDAR = ("expiry", "later", "start", "end", "largest_fall", "at")
BETWEEN = np.linspace(-10.0, 10.0, 801)  # standard deviations


@dataclass(frozen=True, eq=False)
class SurfaceReport:
    """A surface's fit and its arbitrage; log-moneyness is ln(strike / forward), and whole lines of it are looked at.

    Parameters
    ----------
    expiries : DataFrame
        A row per slice: ``years``; ``smallest_g`` and ``at``, the log-moneyness where it is found, infinite where g only
        falls to a limit; ``halfway_g``, the smallest g halfway in time to the next expiry within ten standard deviations.
        Of a chain, further ``forward quotes lowest highest`` (log-moneyness), ``root_mean_square_error`` and
        ``largest_error`` (of volatility, decimals per year) and the ``status`` of the fit.
    counts : DataFrame or None
        What became of the rows of the chain: see :func:`riskkit.instruments.smile_quotes`. ``fitted`` is False for an
        expiry with too few quotes, which has no slice.
    butterfly : DataFrame
        A row per interval in which g < 0: ``expiry start end smallest_g at``. Empty where there is none.
    calendar : DataFrame
        A row per interval in which total variance falls from one expiry to the next: ``expiry later start end
        largest_fall at``; the fall is of total variance, infinite where a wing of the later smile is less steep.

    Examples
    --------
    >>> vogt = rk.instruments.SviSlice(-0.041, 0.1331, 0.306, 0.3586, 0.4153, years=1.0)
    >>> report = rk.instruments.VolSurface((vogt,)).report()
    >>> report.butterfly.round(4).to_dict("records")
    [{'expiry': 1.0, 'start': 0.6424, 'end': 1.2569, 'smallest_g': -0.0329, 'at': 0.8793}]
    >>> report.free_of_arbitrage, len(report.calendar)
    (False, 0)
    """

    expiries: pd.DataFrame
    counts: pd.DataFrame | None
    butterfly: pd.DataFrame
    calendar: pd.DataFrame

    @classmethod
    def of(cls, surface: "VolSurface") -> "SurfaceReport":
        """Look at every slice and every pair of neighbours."""
        names = _names(surface)
        slices = surface.slices
        butterfly = [
            (name, *violation) for name, one in zip(names, slices, strict=True) for violation in butterfly_violations(one)
        ]
        calendar = [
            (names[n], names[n + 1], found.start, found.end, -found.lowest, found.at)
            for n in range(len(slices) - 1)
            for found in calendar_violations(slices[n], slices[n + 1])
        ]
        return cls(
            _expiries(surface, names), surface.counts,
            pd.DataFrame(butterfly, columns=list(BUTTERFLY)), pd.DataFrame(calendar, columns=list(CALENDAR)),
        )  # fmt: skip

    @property
    def free_of_arbitrage(self) -> bool:
        """Whether no slice has butterfly and no pair of neighbours calendar arbitrage, at any strike."""
        return self.butterfly.empty and self.calendar.empty

    @property
    def left_out(self) -> int:
        """Rows of the chain that say something about the smile and were not used: without a volatility, crossed, too few."""
        if self.counts is None:
            return 0
        few = self.counts.loc[~self.counts["fitted"], "used"].sum()
        return int(self.counts[["no_volatility", "crossed"]].to_numpy().sum() + few)


def _names(surface: "VolSurface") -> list[object]:
    """Dates where the surface comes from a chain, else years."""
    if surface.counts is None:
        return [one.years for one in surface.slices]
    return list(surface.counts.index[surface.counts["fitted"]])


def _expiries(surface: "VolSurface", names: list[object]) -> pd.DataFrame:
    slices = surface.slices
    smallest = [smallest_butterfly(one) for one in slices]
    halfway = [_halfway(*pair) for pair in pairwise(slices)]
    columns: dict[str, object] = {"years": [one.years for one in slices]}
    if surface.fits:
        columns |= {
            "forward": surface.forwards,
            "quotes": [len(fit.volatility) for fit in surface.fits],
            "lowest": [fit.log_moneyness.min() for fit in surface.fits],
            "highest": [fit.log_moneyness.max() for fit in surface.fits],
            "root_mean_square_error": [fit.root_mean_square_error for fit in surface.fits],
            "largest_error": [np.abs(fit.residuals).max() for fit in surface.fits],
            "status": [fit.status.value for fit in surface.fits],
        }
    columns |= {"smallest_g": [g for g, _ in smallest], "at": [k for _, k in smallest], "halfway_g": [*halfway, np.nan]}
    return pd.DataFrame(columns, index=pd.Index(names, name="expiry"))


def _halfway(one: SviSlice, later: SviSlice) -> float:
    """Smallest g of the mean of two total variances, which lies halfway between them in time."""
    k = BETWEEN * np.sqrt(max(float(one.total_variance(0.0)), float(later.total_variance(0.0))))
    variance, slope, curvature = ((before + after) / 2.0 for before, after in zip(one.terms(k), later.terms(k), strict=True))
    return float(np.min(butterfly_function(k, variance, slope, curvature)))
