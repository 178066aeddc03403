"""Slow, obvious twins of the SVI fits: brute force over all parameters, and prices by root search."""

import numpy as np
from scipy import optimize, special


def total_variance(k, a, b, rho, m, sigma):
    return a + b * (rho * (k - m) + np.sqrt((k - m) ** 2 + sigma**2))


def linear_minimum(k, target, root_weights, m, sigma, *, starts=8, seed=0):
    """Least weighted squares of a smile w >= 0 with a given vertex: squares of unknowns keep the constraints."""
    rng = np.random.default_rng(seed)
    y = (k - m) / sigma
    right, left = (np.sqrt(1 + y * y) + y) / 2, (np.sqrt(1 + y * y) - y) / 2
    side = np.sqrt(2.0 * sigma)

    def squares(x):
        a = x[0] ** 2 - x[1] * x[2]
        return float(np.sum((root_weights * (target - a - x[1] ** 2 * right - x[2] ** 2 * left)) ** 2))

    found = [
        optimize.minimize(
            squares, rng.uniform(0.0, [1.0, side, side]), bounds=[(0, None), (0, side), (0, side)], method="L-BFGS-B",
            options={"ftol": 1e-15, "gtol": 1e-12, "maxiter": 3000},
        ).fun
        for _ in range(starts)
    ]  # fmt: skip
    return min(found)


def smile_minimum(k, variance, root_weights, *, seed=0):
    """Least weighted squares over all five parameters by a random population."""
    span = np.ptp(k)

    def squares(x):
        smile = total_variance(k, x[0], x[1], x[2], x[3], np.exp(x[4]))
        lee, least = x[1] * (1 + abs(x[2])) - 2.0, x[0] + x[1] * np.exp(x[4]) * np.sqrt(1 - x[2] ** 2)
        penalty = 1e3 * max(lee, 0.0) ** 2 + 1e3 * min(least, 0.0) ** 2
        return float(np.sum((root_weights * (variance - smile)) ** 2)) + penalty

    top = 2.0 * variance.max()
    bounds = [(-top, top), (0, 2), (-0.999, 0.999), (k.min() - span, k.max() + span), tuple(np.log([0.02, 4.0]))]
    found = optimize.differential_evolution(squares, bounds, seed=seed, maxiter=300, popsize=12, tol=1e-10, polish=True)
    polished = optimize.minimize(
        squares, found.x, method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-16, "maxiter": 5000}
    )
    return min(found.fun, polished.fun)


def price(forward, strike, deviation, sign):
    """Black's price over the forward."""
    d1 = np.log(forward / strike) / deviation + deviation / 2
    return sign * (special.ndtr(sign * d1) - strike / forward * special.ndtr(sign * (d1 - deviation)))


def implied(value, forward, strike, years, sign):
    """Volatility of a price over the forward."""
    root = optimize.brentq(lambda deviation: price(forward, strike, deviation, sign) - value, 1e-6, 10.0, xtol=1e-14)
    return root / np.sqrt(years)
