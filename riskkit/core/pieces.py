"""A quantile function cut where it has kinks, so that each piece can be interpolated by polynomials."""

from collections.abc import Callable
from typing import NamedTuple

from riskkit.checks import FloatArray
from riskkit.errors import ModelError


class Piece(NamedTuple):
    """The quantile function from where the piece before ends up to the probability ``end``; the last one ends at 1.

    ``quantile(lower, upper)`` takes the probabilities below and above the value, ``upper = 1 - lower``: the smaller of the
    two has all its digits. It can be evaluated a little beyond both ends. None stands for a body interpolated between
    points, which a law of such a piece has as ``knots``.
    """

    end: float
    quantile: Callable[[FloatArray, FloatArray], FloatArray] | None

    def moved(self, location: float, scale: float) -> "Piece":
        """Return the piece of ``location + scale * X``, scale > 0."""
        quantile = self.quantile
        if quantile is None:
            raise ModelError("a body has no quantile function to move", expected="a piece with one")
        return Piece(self.end, lambda lower, upper: location + scale * quantile(lower, upper))
