"""What the invented derivatives share: their calibration, and a piecewise linear function of fixed operations.

``data/calibration_derivatives.json`` holds the statistics of real markets that perpetuals, options, stablecoins and order
books are held against, each with its source, and the parameters of the models. What has no public statistic says
"assumption" beside it. No price of an exchange is in that file.
"""

from types import MappingProxyType
from typing import Any

import numpy as np

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.data.synthetic import calibrated, portable
from riskkit.errors import DataError


def calibration() -> MappingProxyType[str, Any]:
    """Return the targets, each with its source, and the parameters chosen to meet them."""
    return calibrated.calibration("calibration_derivatives")


def piecewise_linear(x: FloatArray, knots: list[float], values: list[float]) -> FloatArray:
    """Return the line through (knots, values) at x, flat beyond both ends; one IEEE operation at a time.

    Examples
    --------
    >>> piecewise_linear(np.array([-5.0, 0.5, 2.0, 9.0]), [0.0, 1.0, 3.0], [10.0, 20.0, 10.0]).tolist()
    [10.0, 15.0, 15.0, 10.0]
    """
    result = np.full_like(x, values[0])
    for left, right, low, high in zip(knots, knots[1:], values, values[1:], strict=False):
        result += (high - low) / (right - left) * (np.clip(x, left, right) - left)
    return result


def remembered(seed: int, key: tuple[int, ...], length: int, memory: float) -> FloatArray:
    """Return an autoregression of variance 1 and persistence 1 - 1 / memory, stationary from its first step.

    Examples
    --------
    >>> remembered(1, (0,), 3, 50.0).round(3).tolist()
    [0.325, 0.392, 0.291]
    """
    persistence = 1.0 - 1.0 / memory
    draws = portable.normal(seed, key, (length + 1,))
    return portable.autoregression(np.sqrt(1.0 - persistence * persistence) * draws[1:], persistence, draws[0])


def numbers(
    name: str, values: object, length: int | None = None, *, above: float = -np.inf, least: float = -np.inf
) -> FloatArray:
    """Return finite numbers of shape (length,), all > ``above`` and >= ``least``, or refuse them."""
    result = checks.array(name, values, ndim=1)
    if length is not None and len(result) != length:
        raise DataError(f"{name} does not fit the times", got=f"{len(result)} values", expected=f"{length}")
    bad = (result <= above) | (result < least)
    if bad.any():
        row = int(np.argmax(bad))
        bound = f"> {above:g}" if result[row] <= above else f">= {least:g}"
        raise DataError(f"{name} is out of range", got=f"{result[row]:g} in row {row + 1}", expected=bound)
    return result
