"""Limits of tail dependence of the skew Student copula of two variables."""

import numpy as np
from scipy import integrate, special

from riskkit.dependence.skew_student_total import total


def tail_limits(correlation: float, first: float, second: float, nu: float) -> tuple[float, float]:
    """Return the coefficients of the lower and the upper tail; ``first`` and ``second`` are the skews."""
    return _upper(correlation, -first, -second, nu), _upper(correlation, first, second, nu)


def _upper(correlation: float, first: float, second: float, nu: float) -> float:
    """P(X2 > q2 | X1 = q1) + P(X1 > q1 | X2 = q2) as both quantiles grow: X2 / X1 has a law of its own in the limit."""
    matrix, shape = total(np.array([[1.0, correlation], [correlation, 1.0]]), np.array([first, second]))
    log_share = np.log(special.stdtr(nu + 1.0, np.sqrt(nu + 1.0) * np.array([first, second])))
    ratio = float(np.exp((log_share[1] - log_share[0]) / nu))  # q2 / q1
    rho = float(matrix[0, 1])
    return _beyond(ratio, rho, shape, first, nu) + _beyond(1.0 / ratio, rho, shape[::-1], second, nu)


def _beyond(ratio: float, rho: float, shape: np.ndarray, skew: float, nu: float) -> float:
    """P(X2 / X1 > ratio) given X1, far out: Student's law of nu + 1 degrees of freedom, tilted by the shock."""
    spread = np.sqrt((1.0 - rho * rho) / (nu + 1.0))

    def tilted(share: float) -> float:  # on Student's own scale, where the interval is bounded and the density 1
        z = special.stdtrit(nu + 1.0, share)
        r = rho + spread * z
        square = (1.0 - rho * rho) * (1.0 + z * z / (nu + 1.0))  # (1, r) P^-1 (1, r)', times 1 - rho^2
        angle = (shape[0] + shape[1] * r) * np.sqrt((nu + 2.0) * (1.0 - rho * rho) / square)
        return float(special.stdtr(nu + 2.0, angle))

    start = float(special.stdtr(nu + 1.0, (ratio - rho) / spread))
    mass = integrate.quad(tilted, start, 1.0, epsabs=1e-12, epsrel=1e-10, limit=200)[0]
    return float(mass / special.stdtr(nu + 1.0, np.sqrt(nu + 1.0) * skew))
