"""Correlation matrices that forget, shrink or discard noise."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core.frozen import restore
from riskkit.dependence.correlation_checks import correlation_matrix, places
from riskkit.dependence.uniforms import several


@dataclass(frozen=True, eq=False)
class EwmaCorrelation:
    """Exponentially weighted correlations through time; made by :func:`ewma_correlation`.

    Parameters
    ----------
    path : array of shape (T, d, d)
        Entry t is known once row t is: it is the forecast for row t + 1. NaN where a variable has not moved yet.
    index : Index of length T
        The rows of the data.
    names : Index of length d
        The columns of the data.
    decay : float
        Weight of yesterday relative to today.
    """

    path: FloatArray
    index: pd.Index
    names: pd.Index
    decay: float

    __setstate__ = restore

    @property
    def last(self) -> pd.DataFrame:
        """The last matrix, (d, d): the forecast for the row after the data."""
        return pd.DataFrame(self.path[-1], index=self.names, columns=self.names)

    def pair(self, first: str, second: str) -> pd.Series:
        """Correlation of two variables through time, (T,)."""
        row, column = places("pair", [first, second], self.names)
        return pd.Series(self.path[:, row, column], index=self.index, name=f"{first} {second}")


def ewma_correlation(data: pd.DataFrame, *, decay: float = 0.94) -> EwmaCorrelation:
    """Exponentially weighted correlations of every two columns, as RiskMetrics weights them.

    Parameters
    ----------
    data : DataFrame of shape (T, d)
        Returns of d >= 2 variables, finite, none constant; their mean counts as zero.
    decay : float
        Between 0 and 1; 0.94 is the daily figure of RiskMetrics.

    Returns
    -------
    EwmaCorrelation
        ``path`` (T, d, d), ``last`` and ``pair(first, second)``.

    Raises
    ------
    DataError
        What cannot be correlated (see :func:`kendall`); a decay that is none.

    Notes
    -----
    Entry t is the sum over k of decay^k r(t-k) r(t-k)', scaled to ones on the diagonal: nothing stands before the first
    row, so the entries of the first 1 / (1 - decay) rows rest on few observations (the very first is -1 or 1).

    References
    ----------
    J.P. Morgan and Reuters (1996). RiskMetrics - Technical document, 4th edition, section 5.2.

    Examples
    --------
    >>> data = pd.DataFrame({"BTC": [0.01, -0.02, 0.03], "ETH": [0.02, -0.01, 0.01]})
    >>> round(float(ewma_correlation(data).last.loc["BTC", "ETH"]), 4)
    0.7691
    """
    frame = several("data", data)
    decay = checks.number("decay", decay, above=0.0, most=1.0 - 1e-9)
    scaled = frame.to_numpy() / np.abs(frame.to_numpy()).max(axis=0)
    moments = scaled[:, :, np.newaxis] * scaled[:, np.newaxis, :]
    for today in range(1, len(moments)):
        moments[today] += decay * moments[today - 1]
    size = np.sqrt(np.diagonal(moments, axis1=1, axis2=2))
    size = np.where(size > 0.0, size, np.nan)
    path = np.clip(moments / (size[:, :, np.newaxis] * size[:, np.newaxis, :]), -1.0, 1.0)
    path.setflags(write=False)
    return EwmaCorrelation(path, frame.index, frame.columns, decay)


@dataclass(frozen=True, eq=False)
class ShrunkCorrelation:
    """A correlation matrix drawn towards a simpler one; made by :func:`ledoit_wolf`.

    Parameters
    ----------
    matrix : DataFrame of shape (d, d)
        (1 - intensity) times Pearson's correlations plus intensity times the target.
    intensity : float
        Between 0 (the data alone) and 1 (the target alone).
    target : {"identity", "constant"}
        No correlation, or the mean correlation everywhere.
    """

    matrix: pd.DataFrame
    intensity: float
    target: str


def ledoit_wolf(data: pd.DataFrame, *, target: str = "identity") -> ShrunkCorrelation:
    """Shrink Pearson's correlations by the intensity that minimises the expected squared error.

    Parameters
    ----------
    data : DataFrame of shape (T, d)
        Returns of d >= 2 variables, finite, none constant; T >= 3 may be smaller than d.
    target : {"identity", "constant"}
        Towards no correlation, or towards the mean correlation of all pairs.

    Returns
    -------
    ShrunkCorrelation
        ``matrix`` (d, d) and ``intensity``.

    Raises
    ------
    DataError
        What cannot be correlated (see :func:`kendall`); an unknown target.

    Notes
    -----
    The published estimators of covariances, applied to columns divided by their standard deviations: the result does not
    depend on the units. Towards the identity the matrix can be inverted, whatever T. Observations count as independent,
    and the noise of the variances counts as if they were still to be estimated: where correlations are high and d is small,
    the identity draws a little too far.

    References
    ----------
    Ledoit, O. and Wolf, M. (2004). A well-conditioned estimator for large-dimensional covariance matrices. Journal of
    Multivariate Analysis 88, 365-411.
    Ledoit, O. and Wolf, M. (2004). Honey, I shrunk the sample covariance matrix. Journal of Portfolio Management 30,
    110-119.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> market = pd.DataFrame(rng.normal(size=(50, 1)) + rng.normal(size=(50, 3)), columns=["BTC", "ETH", "SOL"])
    >>> round(ledoit_wolf(market).intensity, 3)
    0.468
    """
    frame = several("data", data, least=3)
    checks.one_of("target", target, ("identity", "constant"))
    standard = _standardised(frame)
    sample = standard.T @ standard / len(standard)
    goal = np.eye(len(sample))
    if target == "constant":
        goal = np.full(sample.shape, (sample.sum() - np.trace(sample)) / (sample.size - len(sample)))
        np.fill_diagonal(goal, 1.0)
    distance = float(np.square(sample - goal).sum())
    noise = _noise(standard, sample) - (_shared_noise(standard, sample, goal) if target == "constant" else 0.0)
    intensity = min(1.0, max(0.0, noise / len(standard) / distance)) if distance > 0.0 else 1.0
    matrix = (1.0 - intensity) * sample + intensity * goal
    np.fill_diagonal(matrix, 1.0)
    return ShrunkCorrelation(pd.DataFrame(matrix, index=frame.columns, columns=frame.columns), intensity, target)


def _standardised(frame: pd.DataFrame) -> FloatArray:
    values = frame.to_numpy() / np.abs(frame.to_numpy()).max(axis=0)
    centred = values - values.mean(axis=0)
    return centred / np.sqrt(np.square(centred).mean(axis=0))


def _noise(standard: FloatArray, sample: FloatArray) -> float:
    """Sum over all entries of the variance of x_i x_j."""
    squares = np.square(standard)
    return float((squares.T @ squares / len(standard) - np.square(sample)).sum())


def _shared_noise(standard: FloatArray, sample: FloatArray, goal: FloatArray) -> float:
    """Sum over all entries of the covariance of x_i x_j with the entry of the target that the variances imply."""
    rows = len(standard)
    with_own = np.power(standard, 3).T @ standard / rows - sample  # covariance of x_i^2 and x_i x_j
    off_diagonal = goal * with_own
    np.fill_diagonal(off_diagonal, 0.0)
    return float(np.diag(with_own).sum() + 0.5 * (off_diagonal + off_diagonal.T).sum())


@dataclass(frozen=True, eq=False)
class CleanedCorrelation:
    """A correlation matrix whose noise was flattened; made by :func:`marchenko_pastur`.

    Parameters
    ----------
    matrix : DataFrame of shape (d, d)
        Ones on the diagonal, positive definite.
    eigenvalues : array of shape (d,)
        Of the matrix before, falling; they add up to d.
    edge : float
        The largest eigenvalue that independent variables would have in a large sample.
    kept : int
        How many eigenvalues lie above the edge.
    """

    matrix: pd.DataFrame
    eigenvalues: FloatArray
    edge: float
    kept: int

    __setstate__ = restore


def marchenko_pastur(data: pd.DataFrame, observations: int | None = None) -> CleanedCorrelation:
    """Replace the eigenvalues that independent variables could have shown by their mean.

    Parameters
    ----------
    data : DataFrame of shape (T, d), or of shape (d, d) when ``observations`` is given
        Returns of d >= 2 variables; or a correlation matrix, estimated from ``observations`` rows.
    observations : int, optional
        T, where ``data`` is a correlation matrix.

    Returns
    -------
    CleanedCorrelation
        ``matrix``, ``eigenvalues``, ``edge`` and ``kept``.

    Raises
    ------
    DataError
        What cannot be correlated (see :func:`kendall`); what is no correlation matrix.

    Notes
    -----
    The edge is (1 + sqrt(d / T))^2, for independent columns of unit variance. The trace is kept by the mean; the unit
    diagonal, which the flattening moves a little, is restored by scaling rows and columns. Heavy tails push the largest
    eigenvalue of pure noise beyond the edge: an eigenvalue just above it proves nothing.

    References
    ----------
    Laloux, L., Cizeau, P., Bouchaud, J.-P. and Potters, M. (1999). Noise dressing of financial correlation matrices.
    Physical Review Letters 83, 1467-1470.
    Laloux, L., Cizeau, P., Potters, M. and Bouchaud, J.-P. (2000). Random matrix theory and financial correlations.
    International Journal of Theoretical and Applied Finance 3, 391-397.

    Examples
    --------
    >>> noise = pd.DataFrame(np.random.default_rng(1).normal(size=(200, 50)), columns=[f"coin {n}" for n in range(50)])
    >>> cleaned = marchenko_pastur(noise)
    >>> cleaned.edge, cleaned.kept
    (2.25, 0)
    """
    if observations is None:
        frame = several("data", data, least=2)
        standard, rows = _standardised(frame), len(frame)
        matrix, names = standard.T @ standard / rows, frame.columns
    else:
        rows = checks.whole("observations", observations, least=2)
        frame = correlation_matrix("data", data)
        matrix, names = frame.to_numpy(), frame.columns
    values, vectors = np.linalg.eigh(matrix)
    edge = (1.0 + np.sqrt(len(values) / rows)) ** 2
    noise = values <= edge
    flat = np.where(noise, values[noise].mean() if noise.any() else 0.0, values)
    cleaned = (vectors * flat) @ vectors.T
    size = np.sqrt(np.diag(cleaned))
    cleaned = cleaned / np.outer(size, size)
    cleaned = (cleaned + cleaned.T) / 2.0
    np.fill_diagonal(cleaned, 1.0)
    falling = np.ascontiguousarray(values[::-1])
    falling.setflags(write=False)
    found = pd.DataFrame(cleaned, index=names, columns=names)
    return CleanedCorrelation(found, falling, float(edge), int(np.count_nonzero(~noise)))
