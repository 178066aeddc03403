"""Principal components: the few movements that most of the risk is made of."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core.frozen import restore
from riskkit.dependence.uniforms import several
from riskkit.errors import DataError, FactorError


@dataclass(frozen=True, eq=False)
class PrincipalComponents:
    """Factors "PC1", "PC2", ... of d variables, by falling variance; made by :func:`pca`.

    Parameters
    ----------
    observed : DataFrame of shape (T, d)
        The data.
    standardised : bool
        Whether every column was divided by its standard deviation.
    mean, scale : Series of length d
        What each column was reduced and divided by (ones, where it was not standardised).
    loadings : DataFrame of shape (d, d)
        One column of length 1 per factor. Its sign is chosen so that its entries add up to a positive number: a rise of
        the first factor is a rise of the market.
    variance : Series of length d
        Variance of each factor's scores.
    """

    observed: pd.DataFrame
    standardised: bool
    mean: pd.Series
    scale: pd.Series
    loadings: pd.DataFrame
    variance: pd.Series

    __setstate__ = restore

    @property
    def shares(self) -> pd.Series:
        """Part of the total variance that each factor explains; they add up to 1."""
        return (self.variance / self.variance.sum()).rename("share")

    @property
    def scores(self) -> pd.DataFrame:
        """The factors through time, (T, d): uncorrelated, with mean 0."""
        return ((self.observed - self.mean) / self.scale) @ self.loadings

    def factor_var(self, positions: pd.Series, level: float) -> pd.DataFrame:
        """Split the VaR of a linear portfolio over the factors, as if returns were normal with mean 0.

        Parameters
        ----------
        positions : Series
            Money in each variable, by name; those that are not named are 0. Negative for short positions.
        level : float
            Confidence level, above 0.5.

        Returns
        -------
        DataFrame, one row per factor
            ``exposure``: money made when the factor's score rises by 1. ``stand_alone``: VaR of this factor alone.
            ``contribution``: Euler's share, which add up to the VaR.

        Raises
        ------
        DataError, FactorError
            A level that is none; positions that are not finite, all zero, or of unknown names.
        """
        quantile = float(special.ndtri(checks.level(level)))
        money = self._money(positions)
        exposure = (money * self.scale) @ self.loadings
        stand_alone = quantile * exposure.abs() * np.sqrt(self.variance)
        total = float(np.sqrt(np.square(stand_alone).sum()))
        if total == 0.0:
            raise DataError("positions carry no risk", got="zero in every variable", expected="one that is not zero")
        contribution = np.square(stand_alone) / total
        return pd.DataFrame({"exposure": exposure, "stand_alone": stand_alone, "contribution": contribution})

    def shared_exposure(self, positions: pd.Series, threshold: float = 0.5) -> pd.DataFrame:
        """Tell which positions are, for the most part, the same bet.

        Parameters
        ----------
        positions : Series
            Money in each variable, by name.
        threshold : float
            Part of a variable's variance that a factor must explain for the position to count as loading on it.

        Returns
        -------
        DataFrame, indexed by (factor, position)
            Factors on which at least two positions load: ``money``; ``explained``, the part of the position's variance
            that is the factor's; ``exposure``, money made when the factor rises by one of its standard deviations.
        """
        threshold = checks.number("threshold", threshold, above=0.0, most=1.0)
        money = self._money(positions)
        money = money[money != 0.0]
        moves = (self.loadings * np.sqrt(self.variance)).mul(self.scale, axis=0)
        explained = np.square(moves).div(np.square(moves).sum(axis=1), axis=0)
        rows = []
        for factor in self.loadings:
            loaded = [name for name in money.index if explained.loc[name, factor] >= threshold]
            if len(loaded) > 1:
                rows += [
                    (factor, name, money[name], explained.loc[name, factor], money[name] * moves.loc[name, factor])
                    for name in loaded
                ]
        columns = ["factor", "position", "money", "explained", "exposure"]
        return pd.DataFrame(rows, columns=columns).set_index(["factor", "position"])

    def stability(self, window: int, step: int = 1) -> pd.DataFrame:
        """Look for the first factor anew in every window: is it always the same one, and as strong?

        Parameters
        ----------
        window, step : int
            Rows in a window, more than there are columns; rows from one window to the next.

        Returns
        -------
        DataFrame, indexed by the last row of each window
            ``share`` of the variance that the first factor explains; ``overlap`` with the first factor of the window
            before, the cosine of their angle without its sign (1: the same, 0: nothing in common; NaN in the first row);
            ``angle`` in degrees.

        Raises
        ------
        DataError
            A window that is too short or too long, or in which a variable does not move.
        """
        rows, columns = self.observed.shape
        window, step = checks.whole("window", window, least=columns + 1), checks.whole("step", step, least=1)
        if window > rows:
            raise DataError("window is longer than the data", got=window, expected=f"at most {rows} rows")
        ends = range(window, rows + 1, step)
        firsts, shares = np.empty((len(ends), columns)), np.empty(len(ends))
        for place, end in enumerate(ends):
            _, _, vectors, values = _principal(self.observed.iloc[end - window : end], self.standardised)
            firsts[place], shares[place] = vectors[:, 0], values[0] / values.sum()
        overlap = np.full(len(ends), np.nan)
        overlap[1:] = np.minimum(1.0, np.abs((firsts[1:] * firsts[:-1]).sum(axis=1)))
        index = self.observed.index[[end - 1 for end in ends]]
        return pd.DataFrame({"share": shares, "overlap": overlap, "angle": np.degrees(np.arccos(overlap))}, index=index)

    def _money(self, positions: pd.Series) -> pd.Series:
        if not isinstance(positions, pd.Series):
            raise DataError("positions have no names", got=type(positions).__name__, expected="a Series by name")
        unknown = positions.index.difference(self.loadings.index)
        if len(unknown) or not positions.index.is_unique:
            got, names = list(unknown) or list(positions.index), list(self.loadings.index)
            raise FactorError("positions have unknown or repeated names", got=got, expected=f"some of {names}")
        values = checks.array("positions", positions.to_numpy(), ndim=1)
        return pd.Series(values, index=positions.index).reindex(self.loadings.index, fill_value=0.0)


def pca(returns: pd.DataFrame, *, standardised: bool = True) -> PrincipalComponents:
    """Find the principal components of returns.

    Parameters
    ----------
    returns : DataFrame of shape (T, d)
        Observations of d >= 2 variables, finite, none constant, T > d.
    standardised : bool
        True: of the correlations, so that no variable counts for more because it moves more. False: of the covariances.

    Returns
    -------
    PrincipalComponents
        ``loadings``, ``variance``, ``shares``, ``scores``; VaR by factor, shared exposures, stability through time.

    Raises
    ------
    DataError
        One column, NaN, a constant column, two columns that are the same, fewer rows than columns.

    References
    ----------
    Jolliffe, I. T. (2002). Principal component analysis, 2nd edition. Springer.

    Examples
    --------
    >>> data = pd.DataFrame({"BTC": [0.01, -0.02, 0.03, 0.0], "ETH": [0.02, -0.03, 0.04, 0.01]})
    >>> found = pca(data)
    >>> found.loadings["PC1"].round(4).tolist(), found.shares.round(3).tolist()
    ([0.7071, 0.7071], [0.99, 0.01])
    """
    frame = several("returns", returns)
    mean, scale, vectors, values = _principal(frame, checks.switch("standardised", standardised))
    names, factors = frame.columns, [f"PC{place + 1}" for place in range(len(values))]
    return PrincipalComponents(
        frame,
        standardised,
        pd.Series(mean, index=names, name="mean"),
        pd.Series(scale, index=names, name="scale"),
        pd.DataFrame(vectors, index=names, columns=factors),
        pd.Series(values, index=factors, name="variance"),
    )


def _principal(frame: pd.DataFrame, standardised: bool) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Mean, scale, loadings by columns and variances, falling."""
    values = frame.to_numpy()
    for name, column in zip(frame.columns, values.T, strict=True):
        checks.varied(f"returns[{name!r}] in the {len(frame)} rows up to {frame.index[-1]}", column)
    mean = values.mean(axis=0)
    scale = values.std(axis=0, ddof=1) if standardised else np.ones(values.shape[1])
    # the singular values of the data, not the eigenvalues of its square: small variances keep their digits
    _, sizes, directions = np.linalg.svd((values - mean) / scale, full_matrices=False)
    signs = np.where(directions.sum(axis=1) < 0.0, -1.0, 1.0)
    return mean, scale, (signs[:, np.newaxis] * directions).T, np.square(sizes) / (len(values) - 1)
