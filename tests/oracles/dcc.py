"""Dynamic conditional correlation by the definitions: one date at a time, one matrix at a time."""

import math

import numpy as np


def path(z, kind, a, b, g=0.0, start="target", target=None):
    """The T + 1 matrices Q; ``target`` stands for the sample's own."""
    n, d = z.shape
    falls = np.minimum(z, 0.0)
    if start == "target":
        level, fallen = z.T @ z / n, falls.T @ falls / n
    else:
        level, fallen = np.cov(z.T), np.cov(falls.T)
    if kind == "cdcc":
        level = corrected_target(z, a, b)
    level = level if target is None else target
    intercept = (1.0 - a - b) * level - g * fallen
    before = {"target": None, "ones": np.ones(d), "zeros": np.zeros(d)}[start]
    q = [level if before is None else intercept + (a + g) * np.outer(before, before) + b * level]
    for t in range(n):
        shock = np.sqrt(np.diag(q[-1])) * z[t] if kind == "cdcc" else z[t]
        q.append(intercept + a * np.outer(shock, shock) + g * np.outer(falls[t], falls[t]) + b * q[-1])
    return np.array(q)


def corrected_target(z, a, b):
    """Aielli's: the correlation matrix of the shocks times the roots of Q's diagonal."""
    diagonal, scaled = np.ones(z.shape[1]), []
    for row in z:
        scaled.append(np.sqrt(diagonal) * row)
        diagonal = 1.0 - a - b + a * scaled[-1] ** 2 + b * diagonal
    second = np.array(scaled).T @ np.array(scaled)
    root = np.sqrt(np.diag(second))
    return second / np.outer(root, root)


def correlations(q):
    root = np.sqrt(np.einsum("tii->ti", q))
    return q / root[:, :, None] / root[:, None, :]


def log_densities(z, correlation, nu=math.inf):
    """Of each row, given its correlation matrix: normal, or Student-t scaled to unit variances."""
    d, result = z.shape[1], []
    for row, matrix in zip(z, correlation, strict=True):
        square = row @ np.linalg.solve(matrix, row)
        log_det = np.linalg.slogdet(matrix)[1]
        if math.isinf(nu):
            result.append(-0.5 * (d * math.log(2 * math.pi) + log_det + square))
        else:
            constant = math.lgamma((nu + d) / 2) - math.lgamma(nu / 2) - d / 2 * math.log(math.pi * (nu - 2))
            result.append(constant - 0.5 * log_det - (nu + d) / 2 * math.log1p(square / (nu - 2)))
    return np.array(result)


def loglikelihood(z, kind, a, b, g=0.0, nu=math.inf, start="target"):
    return log_densities(z, correlations(path(z, kind, a, b, g, start)[:-1]), nu).sum()
