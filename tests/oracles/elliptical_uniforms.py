"""Draws of an elliptical copula as they are defined: mixed, shocked, and put into the distribution function."""

import numpy as np
from scipy import special


def uniforms(normal, gamma, nu, root):
    """Uniforms (n, d) of independent normals (n, d) and Gamma variates (n,) of shape nu / 2; infinite nu has no shock."""
    scores = normal @ root.T
    if np.isinf(nu):
        return special.ndtr(scores)
    return special.stdtr(nu, scores * np.sqrt(0.5 * nu / gamma)[:, np.newaxis])
