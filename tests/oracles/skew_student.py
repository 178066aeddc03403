"""The skew Student copula, slow and obvious: Azzalini and Capitanio's density, quantiles by root finding."""

import numpy as np
from scipy import integrate, optimize, special, stats


def shapes(correlation, skew):
    """Scatter matrix and shape of the law, from its construction delta |shock| + sqrt(1 - delta^2) Z."""
    delta = skew / np.sqrt(1 + skew**2)
    scatter = np.outer(delta, delta) + np.outer(*2 * [np.sqrt(1 - delta**2)]) * correlation
    inverse = np.linalg.inv(scatter)
    return scatter, inverse @ delta / np.sqrt(1 - delta @ inverse @ delta)


def log_density(x, scatter, shape, nu):
    x, d = np.atleast_2d(x), len(scatter)
    q = np.einsum("ni,ij,nj->n", x, np.linalg.inv(scatter), x)
    joint = stats.multivariate_t(np.zeros(d), scatter, df=nu).logpdf(x)
    return np.log(2) + joint + np.log(special.stdtr(nu + d, x @ shape * np.sqrt((nu + d) / (nu + q))))


def margin_density(x, skew, nu):
    return 2 * stats.t.pdf(x, nu) * special.stdtr(nu + 1, skew * x * np.sqrt((nu + 1) / (nu + x * x)))


def margin_cdf(x, skew, nu):
    """From the nearer end; 1 / 2 - arctan(skew) / pi lies below 0."""
    below = 0.5 - np.arctan(skew) / np.pi
    return below + integrate.quad(margin_density, 0, x, args=(skew, nu), epsabs=1e-13, epsrel=1e-12, limit=200)[0]


def quantile(u, skew, nu):
    return optimize.brentq(lambda x: margin_cdf(x, skew, nu) - u, -200, 200, xtol=1e-13)


def log_copula(u, correlation, skew, nu):
    x = np.array([[quantile(value, own, nu) for value, own in zip(row, skew, strict=True)] for row in u])
    margins = np.log([[margin_density(value, own, nu) for value, own in zip(row, skew, strict=True)] for row in x])
    return log_density(x, *shapes(correlation, skew), nu) - margins.sum(axis=1)
