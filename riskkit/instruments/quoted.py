"""The arguments of a pricing formula: broadcast against each other, checked, and laid out for the kernel."""

from typing import Any, NamedTuple

import numpy as np

from riskkit.checks import FloatArray
from riskkit.errors import DataError

SIGNS = {"call": 1.0, "put": -1.0}
LEAST, MOST, LONGEST, WILDEST = 1e-100, 1e100, 1e4, 1e4


class Quoted(NamedTuple):
    """Options side by side: each array has n numbers, or one that stands for all."""

    forward: FloatArray
    strike: FloatArray
    years: FloatArray
    volatility: FloatArray  # or price
    sign: FloatArray
    discount: FloatArray


def quoted(
    forward: Any, strike: Any, years: Any, volatility: Any, kind: Any, discount: Any, *, fourth: str = "volatility"
) -> tuple[Quoted, tuple[int, ...]]:
    """Return the arguments as flat arrays, and the shape that the answer has."""
    named = {"forward": forward, "strike": strike, "years": years, fourth: volatility, "discount": discount}
    arrays = {name: _numbers(name, value) for name, value in named.items()}
    arrays["kind"] = _signs(kind)
    try:
        shape = np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError as cause:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise DataError("arguments do not fit each other", got=shapes, expected="shapes that broadcast") from cause
    flat = {name: _flat(array, shape) for name, array in arrays.items()}
    fields = (flat["forward"], flat["strike"], flat["years"], flat[fourth], flat["kind"], flat["discount"])
    return Quoted(*fields), shape


def refuse(options: Quoted, *, normal: bool) -> None:
    """Say which argument is outside of the domain of the formula."""
    least = -MOST if normal else LEAST
    wildest = MOST if normal else WILDEST
    bounds = {
        "forward": (least, MOST), "strike": (least, MOST), "years": (0.0, LONGEST), "volatility": (0.0, wildest),
        "discount": (LEAST, MOST),
    }  # fmt: skip
    for name, (low, high) in bounds.items():
        values = getattr(options, name)
        if not values.size or (values.min() >= low and values.max() <= high):  # not so where there is NaN
            continue
        wrong = ~((values >= low) & (values <= high))
        if wrong.any():
            raise DataError(
                f"{name} is out of range", got=f"{float(values[wrong][0])!r} ({int(wrong.sum())} of {len(values)})",
                expected=f"between {low:g} and {high:g}",
            )  # fmt: skip


def shaped(values: FloatArray, shape: tuple[int, ...]) -> float | FloatArray:
    """Return an answer in the shape of the arguments: a number where all of them were."""
    return float(values[0]) if shape == () else values.reshape(shape)


def _numbers(name: str, value: Any) -> FloatArray:
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as cause:
        raise DataError(f"{name} is not numeric", got=type(value).__name__, expected="numbers") from cause


def _signs(kind: Any) -> FloatArray:
    """1 for calls and -1 for puts, from their names or signs."""
    if isinstance(kind, str):
        if kind not in SIGNS:
            raise DataError("kind is unknown", got=repr(kind), expected="'call' or 'put'")
        return np.array(SIGNS[kind])
    given = np.asarray(kind)
    if given.dtype.kind in "OUT":
        calls, puts = given == "call", given == "put"
        if not np.all(calls | puts):
            raise DataError("kind is unknown", got=repr(str(given[~(calls | puts)].flat[0])), expected="'call' or 'put'")
        return np.where(calls, 1.0, -1.0)
    signs = _numbers("kind", kind)
    if not np.all(np.abs(signs) == 1.0):
        raise DataError("kind is unknown", got="numbers other than 1 and -1", expected="1 (call) or -1 (put)")
    return signs


def _flat(array: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    if array.size == 1:
        return np.ascontiguousarray(array.reshape(1))
    return np.ascontiguousarray(np.broadcast_to(array, shape)).reshape(-1)
