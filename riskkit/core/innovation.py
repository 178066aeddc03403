"""The laws of a standardised innovation Z, mean 0 and variance 1: normal, Student t, Hansen's skew t and GED."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import law
from riskkit.core.distribution import LossDistribution
from riskkit.core.pieces import Piece
from riskkit.errors import ModelError
from riskkit_ext import _general

DISTS = ("normal", "t", "skewt", "ged")  # in the kernel's order
SHAPES = {"normal": [], "t": ["nu"], "skewt": ["nu", "lambda"], "ged": ["nu"]}


@dataclass(frozen=True)
class Innovation:
    """A law of Z with known shape.

    Parameters
    ----------
    dist : {"normal", "t", "skewt", "ged"}
        Which law. "skewt" is that of Hansen (1994), "ged" the generalised error law in the form of Nelson (1991).
    nu : float
        Degrees of freedom (t, skewt; above 2), or the exponent of the GED (2 is the normal law, 1 the Laplace law).
    skew : float
        Hansen's lambda in (-1, 1): negative where falls are heavier than rises.

    Examples
    --------
    >>> Innovation("ged", nu=2.0).quantile(np.array([0.99])).round(6).tolist()
    [2.326348]

    References
    ----------
    Hansen, B. (1994). Autoregressive conditional density estimation. International Economic Review 35, 705-730.
    Nelson, D. (1991). Conditional heteroskedasticity in asset returns: a new approach. Econometrica 59, 347-370.
    """

    dist: str
    nu: float = np.inf
    skew: float = 0.0

    def __post_init__(self) -> None:
        checks.one_of("dist", self.dist, DISTS)

    @classmethod
    def of(cls, dist: str, params: pd.Series) -> "Innovation":
        """Return the law of a model's parameters."""
        return cls(dist, *(float(params[name]) for name in SHAPES[dist]))

    def log_density(self, z: npt.ArrayLike) -> FloatArray:
        """Log density at every ``z``, of the same shape."""
        values = np.asarray(z, float)
        by, bend = np.empty(3), np.empty((3, 3))
        flat = [_general.density(*self._kernel, value, by, bend) for value in values.ravel()]
        return np.reshape(flat, values.shape)

    def distribution(self, z: npt.ArrayLike) -> FloatArray:
        """Probability of Z <= z."""
        values = np.asarray(z, float)
        if self.dist == "normal":
            return special.ndtr(values)
        if self.dist == "t":
            return special.stdtr(self.nu, values * self._stretch)
        if self.dist == "ged":
            within = special.gammainc(1.0 / self.nu, 0.5 * np.abs(values / self._ged_scale) ** self.nu)
            return 0.5 + 0.5 * np.sign(values) * within
        a, b = self._hansen
        x, left, right = b * values + a, 1.0 - self.skew, 1.0 + self.skew
        below = left * special.stdtr(self.nu, np.minimum(x, 0.0) / left * self._stretch)
        return below + right * (special.stdtr(self.nu, np.maximum(x, 0.0) / right * self._stretch) - 0.5)

    def quantile(self, probability: npt.ArrayLike) -> FloatArray:
        """Inverse of :meth:`distribution`, probabilities in (0, 1)."""
        p = np.asarray(probability, float)
        if self.dist == "normal":
            return special.ndtri(p)
        if self.dist == "t":
            return special.stdtrit(self.nu, p) / self._stretch
        if self.dist == "ged":
            outside = 2.0 * np.minimum(p, 1.0 - p)
            distance = (2.0 * special.gammainccinv(1.0 / self.nu, outside)) ** (1.0 / self.nu)
            return np.sign(p - 0.5) * self._ged_scale * distance
        a, b = self._hansen
        left, right = 1.0 - self.skew, 1.0 + self.skew
        below = left * special.stdtrit(self.nu, np.minimum(p / left, 0.5))
        above = right * special.stdtrit(self.nu, np.maximum(0.5 + (p - 0.5 * left) / right, 0.5))
        return ((below + above) / self._stretch - a) / b

    def upper_quantile(self, probability: npt.ArrayLike) -> FloatArray:
        """Value that Z exceeds with a probability in (0, 1): ``quantile(1 - probability)`` without the rounding."""
        return -Innovation(self.dist, self.nu, -self.skew).quantile(probability)

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The quantile function in pieces without kinks; Hansen's law has one at its mode.

        Raises
        ------
        ModelError
            For the GED, whose quantile function has no third derivative at 0.
        """
        if self.dist == "ged":
            raise ModelError(
                "the quantile function of a GED cannot be tabulated", got="a singularity at 0",
                expected="normal, t or skewt", remedy="call quantile itself",
            )  # fmt: skip
        if self.dist != "skewt":
            return (Piece(1.0, self._symmetric),)
        mirrored = Innovation(self.dist, self.nu, -self.skew)
        middle = 0.5 * (1.0 - self.skew)
        return (
            Piece(middle, lambda lower, _: self._left(lower)),
            Piece(1.0, lambda _, upper: -mirrored._left(upper)),
        )

    def _symmetric(self, lower: FloatArray, upper: FloatArray) -> FloatArray:
        quantile = self.quantile(np.minimum(lower, upper))
        return np.where(lower <= upper, quantile, -quantile)

    def _left(self, lower: FloatArray) -> FloatArray:
        """Quantiles of Hansen's law below its mode, carried on beyond it."""
        a, b = self._hansen
        left = 1.0 - self.skew
        return (left * special.stdtrit(self.nu, lower / left) / self._stretch - a) / b

    def partial_mean(self, probability: npt.ArrayLike) -> FloatArray:
        """E[Z; Z <= quantile(p)]: the integral of the quantile function from 0 to p."""
        p = np.asarray(probability, float)
        z = self.quantile(p)
        if self.dist == "normal":
            return -np.exp(-0.5 * z**2) / np.sqrt(2.0 * np.pi)
        if self.dist == "t":
            return self._student_part(z * self._stretch) / self._stretch
        if self.dist == "ged":
            beyond = special.gammaincc(2.0 / self.nu, 0.5 * np.abs(z / self._ged_scale) ** self.nu)
            return -0.5 * self.absolute_mean * beyond
        a, b = self._hansen
        x, left, right = b * z + a, 1.0 - self.skew, 1.0 + self.skew
        below = left**2 * self._student_part(np.minimum(x, 0.0) / left * self._stretch)
        above = right**2 * (self._student_part(np.maximum(x, 0.0) / right * self._stretch) - self._student_part(0.0))
        return ((below + above) / self._stretch - a * p) / b

    def draw(self, random: np.random.Generator, shape: tuple[int, ...]) -> FloatArray:
        """Independent draws."""
        if self.dist == "normal":
            return random.standard_normal(shape)
        if self.dist == "t":
            return random.standard_t(self.nu, shape) / self._stretch
        if self.dist == "ged":
            distance = (2.0 * random.standard_gamma(1.0 / self.nu, shape)) ** (1.0 / self.nu)
            return np.where(random.random(shape) < 0.5, -1.0, 1.0) * self._ged_scale * distance
        a, b = self._hansen
        left, right = 1.0 - self.skew, 1.0 + self.skew
        side = np.where(random.random(shape) < 0.5 * left, -left, right)
        return (side * np.abs(random.standard_t(self.nu, shape)) / self._stretch - a) / b

    def half_moment(self, exponent: float, *, above: bool) -> float:
        """E[abs(Z)**exponent; Z > 0], or Z < 0; infinite where it is."""
        return _general.half_moment(*self._kernel, above, exponent, np.empty(3), np.empty((3, 3)))

    @cached_property
    def absolute_mean(self) -> float:
        """E abs(Z)."""
        return self.half_moment(1.0, above=True) + self.half_moment(1.0, above=False)

    def loss(self, mean: float, sigma: float) -> LossDistribution:
        """Law of the loss of a return ``mean + sigma Z``."""
        if self.dist == "normal":
            return law.normal(-mean, sigma)
        if self.dist == "t":
            return law.student(-mean, sigma / self._stretch, self.nu)
        return law.from_law(
            lambda p: -mean - sigma * self.quantile(1.0 - p),
            lambda p: -mean * p + sigma * self.partial_mean(1.0 - p),
            -mean,
        )

    @property
    def _kernel(self) -> tuple[int, float, float]:
        return DISTS.index(self.dist), 0.0 if self.dist == "normal" else 1.0 / self.nu, self.skew

    @property
    def _stretch(self) -> float:
        """Standard deviation of the plain t law."""
        return float(np.sqrt(self.nu / (self.nu - 2.0)))

    @cached_property
    def _hansen(self) -> tuple[float, float]:
        """Hansen's a and b."""
        log_c = special.gammaln((self.nu + 1.0) / 2.0) - special.gammaln(self.nu / 2.0)
        c = np.exp(log_c) / np.sqrt(np.pi * (self.nu - 2.0))
        a = 4.0 * self.skew * c * (self.nu - 2.0) / (self.nu - 1.0)
        return float(a), float(np.sqrt(1.0 + 3.0 * self.skew**2 - a**2))

    @cached_property
    def _ged_scale(self) -> float:
        one, three = special.gammaln(1.0 / self.nu), special.gammaln(3.0 / self.nu)
        return float(np.exp(0.5 * (one - three) - np.log(2.0) / self.nu))

    def _student_part(self, t: "float | FloatArray") -> FloatArray:
        """E[T; T <= t] of the plain t law."""
        log_c = special.gammaln((self.nu + 1.0) / 2.0) - special.gammaln(self.nu / 2.0) - 0.5 * np.log(self.nu * np.pi)
        square = np.square(t)
        density = np.exp(log_c - 0.5 * (self.nu + 1.0) * np.log1p(square / self.nu))
        return -(self.nu + square) / (self.nu - 1.0) * density
