"""Arithmetic that gives the same bits on every machine: what the invented market is made of.

IEEE 754 fixes the result of +, -, x, / and square root to the last bit; it does not fix ``exp`` or ``log``, which differ
between mathematical libraries and even between the processors of one. So the three functions below are made of the fixed
operations alone, in NumPy calls that do no more than one of them at a time, and uniform numbers are the raw words of
PCG64, whose stream is guaranteed, and not a method of a Generator, whose stream is not.

Sources: logarithm and exponential, textbook reductions to a small interval with their series; normal quantile, Wichura
(1988), Algorithm AS 241, Applied Statistics 37, 477-484 (about 16 digits).
"""

import numpy as np
import numpy.typing as npt

from riskkit.checks import FloatArray

# ln 2 in two parts: the first has so few digits that its product with any exponent is exact
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
LOG_TERMS = [1.0 / (2 * k + 1) for k in range(11)]
EXP_TERMS = [1.0]
for _k in range(1, 15):
    EXP_TERMS.append(EXP_TERMS[-1] / _k)

TENS = np.array([float(f"1e{k}") for k in range(-9, 6)])
POWERS = np.array([float(f"1e{k}") for k in range(18)])

CENTRE = (
    [3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
     4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3],
    [1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
     2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3],
)  # fmt: skip
SHOULDER = (
    [1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
     1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4],
    [1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
     1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9],
)  # fmt: skip
TAIL = (
    [6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
     2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7],
    [1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
     7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15],
)  # fmt: skip


def uniform(seed: int, key: tuple[int, ...], shape: tuple[int, ...]) -> FloatArray:
    """Return numbers in (0, 1), multiples of 2^-53, that depend on the seed and the key alone.

    Examples
    --------
    >>> uniform(1, (0,), (2,)).tolist() == uniform(1, (0,), (3,))[:2].tolist()
    True
    """
    words = np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)).random_raw(int(np.prod(shape)))
    return ((words >> np.uint64(12)).astype(np.float64) * 2.0**-52 + 2.0**-53).reshape(shape)


def normal(seed: int, key: tuple[int, ...], shape: tuple[int, ...]) -> FloatArray:
    """Return standard normal numbers."""
    return normal_quantile(uniform(seed, key, shape))


def log(x: npt.ArrayLike) -> FloatArray:
    """Return the natural logarithm of positive numbers.

    Examples
    --------
    >>> log([1.0, 10.0]).round(15).tolist()
    [0.0, 2.302585092994046]
    """
    mantissa, exponent = np.frexp(np.asarray(x, dtype=np.float64))
    small = mantissa < np.sqrt(0.5)
    mantissa = np.where(small, 2.0 * mantissa, mantissa)
    power = (exponent - small).astype(np.float64)
    s = (mantissa - 1.0) / (mantissa + 1.0)
    return power * LN2_HIGH + (2.0 * s * _polynomial(LOG_TERMS, s * s) + power * LN2_LOW)


def exp(x: npt.ArrayLike) -> FloatArray:
    """Return the exponential of numbers between -700 and 700.

    Examples
    --------
    >>> exp([0.0, 1.0]).round(14).tolist()
    [1.0, 2.71828182845905]
    """
    x = np.asarray(x, dtype=np.float64)
    power = np.rint(x / LN2_HIGH)
    rest = (x - power * LN2_HIGH) - power * LN2_LOW
    return np.ldexp(_polynomial(EXP_TERMS, rest), power.astype(np.int64))


def normal_quantile(probability: FloatArray) -> FloatArray:
    """Return the quantile of the standard normal distribution, for probabilities in (0, 1).

    Examples
    --------
    >>> normal_quantile(np.array([0.5, 0.975])).round(12).tolist()
    [0.0, 1.95996398454]
    """
    q = probability - 0.5
    r = np.sqrt(-log(np.minimum(probability, 1.0 - probability)))
    middle = 0.180625 - q * q
    centre = q * _polynomial(CENTRE[0], middle) / _polynomial(CENTRE[1], middle)
    shoulder = _polynomial(SHOULDER[0], r - 1.6) / _polynomial(SHOULDER[1], r - 1.6)
    tail = _polynomial(TAIL[0], r - 5.0) / _polynomial(TAIL[1], r - 5.0)
    outer = np.where(r <= 5.0, shoulder, tail)
    return np.where(np.abs(q) <= 0.425, centre, np.where(q < 0.0, -outer, outer))


def student_scale(seed: int, key: tuple[int, ...], rows: int, degrees: npt.ArrayLike) -> FloatArray:
    """Return what turns standard normal columns into Student t columns of variance 1, by multiplication.

    The square root of (degrees - 2) / chi-square, where a chi-square number with whole degrees of freedom is a sum of
    logarithms of uniform numbers, and the square of a normal one where the degrees are odd.

    Parameters
    ----------
    degrees : array of shape (N,), whole numbers >= 3

    Returns
    -------
    array of shape (rows, N), mean square 1
    """
    whole = np.asarray(degrees, dtype=np.int64)
    chi_square = np.zeros((rows, len(whole)))
    for column, count in enumerate(whole):
        draws = uniform(seed, (*key, column), (rows, int(count // 2)))
        for term in range(count // 2):
            chi_square[:, column] -= 2.0 * log(draws[:, term])
        if count % 2:
            square = normal(seed, (*key, column, 0), (rows,))
            chi_square[:, column] += square * square
    return np.sqrt((whole - 2.0) / chi_square)


def autoregression(innovations: FloatArray, persistence: float, start: FloatArray | float = 0.0) -> FloatArray:
    """Return x_t = persistence x_(t-1) + innovation_t, for columns of shape (T, ...), x_(-1) = start."""
    result = np.empty_like(innovations)
    state: FloatArray | float = start
    for t, innovation in enumerate(innovations):
        state = persistence * state + innovation
        result[t] = state
    return result


def rounded(prices: FloatArray, digits: int = 6) -> FloatArray:
    """Round positive prices between 1e-9 and 1e6 to significant digits.

    Examples
    --------
    >>> rounded(np.array([12345.678, 0.01234567])).tolist()
    [12345.7, 0.0123457]
    """
    below = np.searchsorted(TENS, prices, side="right")  # how many powers of ten lie below
    scale = POWERS[np.maximum(digits + 9 - below, 0)]
    return np.rint(prices * scale) / scale


def _polynomial(terms: list[float], x: FloatArray) -> FloatArray:
    """Horner's rule, one operation at a time."""
    result = np.full_like(x, terms[-1])
    for term in reversed(terms[:-1]):
        result *= x
        result += term
    return result
