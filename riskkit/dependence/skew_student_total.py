"""The skew Student law in the form of Azzalini and Capitanio: scatter matrix and shape."""

import numpy as np

from riskkit.checks import FloatArray


def total(correlation: FloatArray, skew: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the scatter matrix P (d, d), shock included, and the shape alpha (d,)."""
    scale = np.sqrt(1.0 + skew * skew)
    toward = np.linalg.solve(correlation, skew)
    return (correlation + np.outer(skew, skew)) / np.outer(scale, scale), toward * scale / np.sqrt(1.0 + skew @ toward)
