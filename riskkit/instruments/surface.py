r"""A surface of implied volatility: smiles at several expiries, what lies between them, and how it moves with the spot.

Between two expiries total variance is linear in time at equal log-moneyness :math:`k = \ln(K/F)`, so it rises everywhere if
it does from slice to slice. Before the first expiry volatility is that of the first at equal k: total variance is a share
of its, and g is concave in that share and not negative at 0, so what has no butterfly arbitrage keeps none. After the last
expiry total variance rises everywhere as it last did at the money (not less than 0), so that no wing grows steeper than
Lee's bound; that keeps the calendar rule, and butterflies in all but odd cases.
Forwards are geometric between expiries and the nearest one outside.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core.frozen import restore
from riskkit.data.protocol import time
from riskkit.errors import DataError, ModelError
from riskkit.instruments.smile import Smile, mixed
from riskkit.instruments.smile_quotes import smile_quotes, years_between
from riskkit.instruments.surface_shift import STICKINESS, ShiftedSurface
from riskkit.instruments.svi import SviSlice, points
from riskkit.instruments.svi_fit import LEAST_QUOTES, Svi, SviFit

if TYPE_CHECKING:
    from riskkit.instruments.surface_report import SurfaceReport

Expiry = float | str | pd.Timestamp


@dataclass(frozen=True, eq=False)
class VolSurface:
    """Implied volatility at every strike and expiry.

    Parameters
    ----------
    slices : sequence of SviSlice
        One per expiry, the nearest first.
    forwards : array of shape (E,), optional
        The forward of each; needed to read the surface by strike.
    asof : str or Timestamp, optional
        When it was observed; needed to read it by date. Times to expiry are actual days / 365.
    dynamics : {"sticky_delta", "sticky_strike", "sticky_local"}
        What a move of the spot does: see :meth:`shifted`.
    fits, counts : optional
        What :meth:`from_chain` fitted, and what became of the rows of the chain.

    Raises
    ------
    DataError
        Slices that are none, unsorted or two of one expiry, or forwards that do not fit them.

    Examples
    --------
    >>> chain = rk.data.SyntheticMarket().option_chain("BTC", at="2024-03-12")
    >>> surface = rk.instruments.VolSurface.from_chain(chain)
    >>> len(surface.slices), round(surface.volatility(60_000, "2024-06-28T08:00Z"), 4)
    (12, 0.7533)
    >>> fallen = surface.shifted(np.log([1.0, 0.9, 0.8]))
    >>> fallen.volatility(60_000, "2024-06-28T08:00Z").round(4).tolist()
    [0.7533, 0.761, 0.7788]
    """

    slices: tuple[SviSlice, ...]
    forwards: FloatArray | None = None
    asof: pd.Timestamp | None = None
    dynamics: str = "sticky_delta"
    fits: tuple[SviFit, ...] = field(default=(), repr=False)
    counts: pd.DataFrame | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        slices = _sorted(self.slices)
        object.__setattr__(self, "slices", slices)
        object.__setattr__(self, "asof", time("asof", self.asof))
        checks.one_of("dynamics", self.dynamics, tuple(STICKINESS))
        if self.forwards is not None:
            forwards = np.array(checks.array("forwards", self.forwards, ndim=1))
            if forwards.shape != (len(slices),) or forwards.min() <= 0.0:
                got = f"{len(forwards)} of them, the least {forwards.min():g}"
                raise DataError("forwards do not fit the slices", got=got, expected=f"{len(slices)} numbers > 0")
            forwards.setflags(write=False)
            object.__setattr__(self, "forwards", forwards)

    __setstate__ = restore

    @classmethod
    def from_chain(cls, chain: pd.DataFrame, dynamics: str = "sticky_delta") -> "VolSurface":
        """Fit an SVI smile to every expiry of a chain.

        Parameters
        ----------
        chain : DataFrame
            As :meth:`riskkit.data.MarketSource.option_chain` returns it. Out-of-the-money options with a volatility and
            without crossed quotes are used; :meth:`report` counts the others. An expiry with fewer than five such strikes
            is left out, and counted there too.
        dynamics : str
            See :meth:`shifted`.

        Raises
        ------
        DataError
            A chain that cannot be used, all volatilities of an expiry the same, or no expiry left.
        """
        smiles, counts = smile_quotes(chain)
        usable = [smile for smile in smiles if len(smile.log_moneyness) >= LEAST_QUOTES]
        if not usable:
            raise DataError(
                "no expiry of the chain has enough quotes", got=f"at most {int(counts['used'].max())} usable strikes",
                expected=f"at least {LEAST_QUOTES}",
            )  # fmt: skip
        fits = []
        for smile in usable:
            try:
                fits.append(Svi().fit(smile.log_moneyness, smile.volatility, smile.years))
            except DataError as cause:
                raise DataError(f"the smile of {smile.expiry:%Y-%m-%d} cannot be fitted: {cause}") from cause
        counts = counts.assign(fitted=counts.index.isin([smile.expiry for smile in usable]))
        counts.attrs["source"] = str(chain.attrs.get("source", "unknown"))
        forwards = np.array([smile.forward for smile in usable])
        return cls(tuple(fit.slice for fit in fits), forwards, chain.attrs["asof"], dynamics, tuple(fits), counts)

    def volatility(self, strike: object, expiry: Expiry) -> float | FloatArray:
        """Return implied volatility, decimals per year.

        Parameters
        ----------
        strike : float or array
            Strikes > 0.
        expiry : float, str or Timestamp
            Years from now, or a date (without a zone: UTC).

        Raises
        ------
        DataError
            An expiry that has passed or a strike that is not positive.
        ModelError
            A surface without forwards, or a date where it does not say when it was observed.
        """
        years = self.years(expiry)
        return _scalar(self.smile(years).volatility(self.log_moneyness(strike, years)))

    def volatility_at(self, log_moneyness: object, expiry: Expiry) -> float | FloatArray:
        """Return implied volatility at ln(strike / forward), decimals per year; NaN stays."""
        return _scalar(self.smile(self.years(expiry)).volatility(points(log_moneyness)))

    def total_variance(self, log_moneyness: object, expiry: Expiry) -> float | FloatArray:
        """Return implied variance x years at ln(strike / forward); NaN stays."""
        years = self.years(expiry)
        return _scalar(self.smile(years).variance(points(log_moneyness)) * years)

    def forward(self, expiry: Expiry) -> float:
        """Return the forward price for an expiry."""
        if self.forwards is None:
            raise ModelError(
                "the surface has no forwards", expected="forwards=... when it is made",
                remedy="surface.volatility_at(log_moneyness, expiry) reads it without",
            )  # fmt: skip
        times = [one.years for one in self.slices]
        return float(np.exp(np.interp(self.years(expiry), times, np.log(self.forwards))))

    def shifted(self, log_spot_move: object, log_vol_move: object = 0.0, skew_move: object = 0.0) -> ShiftedSurface:
        r"""Return the surface after moves of the market, cheap for very many scenarios at once.

        Parameters
        ----------
        log_spot_move : float or array of shape (S,)
            x: spot and all forwards are multiplied by :math:`e^x`. Then ``dynamics`` says which volatility a strike has:

            - "sticky_delta": what its new log-moneyness had; the smile moves with the forward, at the money nothing changes;
            - "sticky_strike": what it had;
            - "sticky_local": what lay x further on, :math:`\sigma(\ln(K/F) + x)`, as in Derman's implied tree: at the money,
              volatility moves by twice the slope of the skew times x, to first order in x. That is what a local
              volatility does for near expiries; for large moves it is a convention.
        log_vol_move : float or array of shape (S,)
            All volatilities are multiplied by its exponential.
        skew_move : float or array of shape (S,)
            s: volatility is multiplied by :math:`e^{s u/\sqrt{1 + u^2}}`, u the new log-moneyness in standard deviations of
            today. So s is the change of the slope of log-volatility at the money, per standard deviation; below 0 makes puts
            dearer, and far from the money the change is bounded by s.

        Returns
        -------
        ShiftedSurface
            A move of 0 changes nothing, to the last bit. Moves can make arbitrage; nothing is checked here.
        """
        return ShiftedSurface(self, log_spot_move, log_vol_move, skew_move)  # type: ignore[arg-type]

    def report(self) -> "SurfaceReport":
        """Return where the surface fits, what was left out of it, and where it allows arbitrage."""
        from riskkit.instruments.surface_report import SurfaceReport  # it reads surfaces, so it comes after them

        return SurfaceReport.of(self)

    def years(self, expiry: Expiry) -> float:
        """Return the time to an expiry, > 0."""
        if not isinstance(expiry, (str, pd.Timestamp)):
            return checks.number("expiry", expiry, above=0.0)
        date = time("expiry", expiry)
        if self.asof is None or date is None:
            raise ModelError("the surface does not say when it was observed", expected="asof=...", remedy="give years")
        if date <= self.asof:
            raise DataError("expiry has passed", got=str(date), expected=f"after {self.asof}")
        return years_between(self.asof, date)

    def log_moneyness(self, strike: object, years: float) -> FloatArray:
        """Return ln(strike / forward) as an array of the shape of ``strike``."""
        strikes = checks.array("strike", strike, ndim=(0, 1, 2))
        if strikes.size and strikes.min() <= 0.0:
            raise DataError("strike is not positive", got=f"{strikes.min():g}", expected="> 0")
        return np.log(strikes / self.forward(years))

    def smile(self, years: float) -> Smile:
        """Return the smile at a time to expiry, by the rules above."""
        times = [one.years for one in self.slices]
        after = int(np.searchsorted(times, years))
        if after == 0:
            first = self.slices[0]
            return mixed([(years / first.years, first)], years)
        if after == len(times):
            last = self.slices[-1]
            return mixed([(1.0, last)], years, (years - last.years) * self._last_forward_variance())
        if times[after] == years:
            return mixed([(1.0, self.slices[after])], years)
        share = (years - times[after - 1]) / (times[after] - times[after - 1])
        return mixed([(1.0 - share, self.slices[after - 1]), (share, self.slices[after])], years)

    def _last_forward_variance(self) -> float:
        last = self.slices[-1]
        if len(self.slices) == 1:
            return float(last.total_variance(0.0)) / last.years
        before = self.slices[-2]
        rise = float(last.total_variance(0.0)) - float(before.total_variance(0.0))
        return max(rise / (last.years - before.years), 0.0)


def _sorted(slices: Sequence[SviSlice]) -> tuple[SviSlice, ...]:
    if not isinstance(slices, Sequence) or not slices or not all(isinstance(one, SviSlice) for one in slices):
        raise DataError("slices are not smiles", got=type(slices).__name__, expected="a non-empty sequence of SviSlice")
    times = [one.years for one in slices]
    if (np.diff(times) <= 0.0).any():
        raise DataError("expiries do not rise", got=times, expected="one slice per expiry, the nearest first")
    return tuple(slices)


def _scalar(values: FloatArray) -> float | FloatArray:
    return float(values) if values.ndim == 0 else values
