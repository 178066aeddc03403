"""The elliptical copulas as they are defined: the joint density over the margins'."""

import numpy as np
from scipy import stats


def log_density(u, correlation, nu):
    if np.isinf(nu):
        x = stats.norm.ppf(u)
        return stats.multivariate_normal(cov=correlation).logpdf(x) - stats.norm.logpdf(x).sum(axis=1)
    x = stats.t.ppf(u, nu)
    return stats.multivariate_t(shape=correlation, df=nu).logpdf(x) - stats.t.logpdf(x, nu).sum(axis=1)
