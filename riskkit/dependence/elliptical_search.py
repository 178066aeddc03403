"""The maximum of an elliptical copula's likelihood in all correlations and 1/nu at once.

The correlation is searched as a matrix whose rows of Cholesky's root have length one, so its diagonal is 1 all the time:
scaling an unrestricted estimate to a unit diagonal ends elsewhere than at the maximum. Coordinates are counted in standard
errors, by the expected information of the elliptical law, so that the search begins with nearly Newton's steps.
"""

from dataclasses import dataclass, field

import numpy as np

from riskkit.checks import FloatArray
from riskkit.dependence.bounded_search import maximise
from riskkit.dependence.elliptical_likelihood import Likelihood

ENOUGH = 1e-5  # steepest rise left, per standard error
LONGEST = 8.0  # step of any coordinate, in standard errors


@dataclass(frozen=True, eq=False)
class Maximum:
    """A place where the search ended; ``reached`` where the rise left is next to nothing."""

    value: float
    eta: float
    root: FloatArray
    reached: bool

    @property
    def correlation(self) -> FloatArray:
        """The correlation matrix (d, d), its diagonal 1 to the bit."""
        matrix = self.root @ self.root.T
        np.fill_diagonal(matrix, 1.0)
        return matrix


@dataclass(frozen=True, eq=False)
class Search:
    """A search from ``root`` and ``eta``; ``error`` is the standard error of eta, roughly, and 0 holds it where it is."""

    likelihood: Likelihood
    root: FloatArray
    eta: float
    error: float
    most_eta: float
    lower: tuple[np.ndarray, np.ndarray] = field(init=False)
    start: FloatArray = field(init=False)
    unit: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lower", np.tril_indices(self.likelihood.d, -1))
        object.__setattr__(self, "start", (self.root / np.diag(self.root)[:, np.newaxis])[self.lower])
        spread = np.linalg.inv(np.linalg.cholesky(self._information())).T  # its product with its transpose is the covariance
        object.__setattr__(self, "unit", spread)

    def best(self) -> Maximum:
        """Return the maximum that the search climbs to."""
        reach = np.full(len(self.start) + 1, np.inf)
        low, high = -reach, reach.copy()
        scale = self.error or 1.0
        low[-1] = -self.eta / scale if self.error else 0.0
        high[-1] = (self.most_eta - self.eta) / scale if self.error else 0.0
        identity = np.eye(len(reach))
        found = maximise(self._rise, np.zeros(len(reach)), low, high, ENOUGH, inverse=identity, longest=LONGEST)
        return Maximum(found.value, self._eta(found.at), self._unpacked(found.at)[0], found.steepest < 100.0 * ENOUGH)

    def _eta(self, at: FloatArray) -> float:
        return min(max(self.eta + self.error * float(at[-1]), 0.0), self.most_eta)

    def _unpacked(self, at: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Root (d, d), and the length of its rows before they were brought to 1, (d, 1)."""
        raw = np.eye(self.likelihood.d)
        raw[self.lower] = self.start + self.unit @ at[:-1]
        length = np.sqrt(np.einsum("jk,jk->j", raw, raw))[:, np.newaxis]
        return raw / length, length

    def _rise(self, at: FloatArray) -> tuple[float, FloatArray]:
        (root, length), eta = self._unpacked(at), self._eta(at)
        value, slope = self.likelihood.rise(eta, root)
        by_root = 2.0 * slope @ root
        by_raw = (by_root - root * np.einsum("jk,jk->j", by_root, root)[:, np.newaxis]) / length
        by_eta = self.error * self.likelihood.by_eta(eta, root) if self.error else 0.0
        return value, np.append(by_raw[self.lower] @ self.unit, by_eta)

    def _information(self) -> FloatArray:
        """Expected information of the free entries of the root at the start, eta known (Lange, Little and Taylor 1989)."""
        d, n = self.likelihood.d, self.likelihood.n
        inverse, (i, j) = np.linalg.inv(self.root), self.lower
        shift = -self.root[i] * self.root[i, j][:, np.newaxis]  # of row i of the root, by its entry j before it was scaled
        shift[np.arange(len(i)), j] += 1.0
        shift *= np.diag(self.root)[i][:, np.newaxis]
        half = inverse[:, i].T[:, :, np.newaxis] * shift[:, np.newaxis, :]
        change = (half + half.transpose(0, 2, 1)).reshape(len(i), d * d)  # L^-1 dR L^-T
        trace = change[:, :: d + 1].sum(axis=1)
        far = 1.0 + (d + 2) * self.eta
        return 0.5 * n / far * ((1.0 + d * self.eta) * change @ change.T - self.eta * np.outer(trace, trace))
