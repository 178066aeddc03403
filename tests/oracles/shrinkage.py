"""Ledoit and Wolf's intensities, sum by sum."""

from itertools import product

import numpy as np


def identity_intensity(data):
    """Lemma 3.2 to 3.5 of the well-conditioned estimator, for standardised columns."""
    x = (data - data.mean(axis=0)) / data.std(axis=0)
    n, p = x.shape
    s = sum(np.outer(row, row) for row in x) / n
    m = np.trace(s) / p
    d2 = np.sum((s - m * np.eye(p)) ** 2) / p
    b2 = sum(np.sum((np.outer(row, row) - s) ** 2) / p for row in x) / n**2
    return min(b2, d2) / d2


def constant_intensity(data):
    """Appendix B of "Honey, I shrunk the sample covariance matrix", for standardised columns."""
    x = (data - data.mean(axis=0)) / data.std(axis=0)
    n, p = x.shape
    s = x.T @ x / n
    mean = sum(s[i, j] / np.sqrt(s[i, i] * s[j, j]) for i, j in product(range(p), repeat=2) if i != j) / (p * (p - 1))
    pi = rho = gamma = 0.0
    for i, j in product(range(p), repeat=2):
        own = np.mean((x[:, i] * x[:, j] - s[i, j]) ** 2)
        pi += own
        if i == j:
            rho += own
            continue
        theta_i = np.mean((x[:, i] ** 2 - s[i, i]) * (x[:, i] * x[:, j] - s[i, j]))
        theta_j = np.mean((x[:, j] ** 2 - s[j, j]) * (x[:, i] * x[:, j] - s[i, j]))
        rho += mean / 2 * (np.sqrt(s[j, j] / s[i, i]) * theta_i + np.sqrt(s[i, i] / s[j, j]) * theta_j)
        gamma += (mean * np.sqrt(s[i, i] * s[j, j]) - s[i, j]) ** 2
    return max(0.0, min((pi - rho) / gamma / n, 1.0))
