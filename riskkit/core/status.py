"""What an estimate says of itself."""

from enum import StrEnum


class FitStatus(StrEnum):
    """Outcome of a fit; the value is what tables print.

    Examples
    --------
    >>> FitStatus.OK == "ok"
    True
    """

    OK = "ok"  # gradient is zero, curvature is right
    BOUND = "at a bound"  # the optimum lies on a bound of the parameters: standard errors there are not the usual ones
    NOT_CONVERGED = "not converged"  # the search stopped before the optimum
    FAILED = "failed"  # no usable estimate


REACHED = frozenset({FitStatus.OK.value, FitStatus.BOUND.value})  # the search ended at an optimum, inside or at a bound
