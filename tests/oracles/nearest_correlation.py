"""The nearest correlation matrix by alternating projections with Dykstra's correction (Higham 2002, algorithm 3.3)."""

import numpy as np


def nearest(given, weights, fixed, least_eigenvalue, steps):
    root = np.sqrt(np.outer(weights, weights))
    held = fixed | np.eye(len(given), dtype=bool)
    correction, result = np.zeros_like(given), given.copy()
    for _ in range(steps):
        tilted = result - correction
        values, vectors = np.linalg.eigh((tilted - least_eigenvalue * np.eye(len(given))) * root)
        definite = (vectors * np.maximum(values, 0)) @ vectors.T / root + least_eigenvalue * np.eye(len(given))
        correction = definite - tilted
        result = np.where(held, given, definite)
    return result
