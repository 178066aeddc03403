"""The empirical copula, point by point."""

import numpy as np


def empirical_copula(draws, points):
    return np.array(
        [sum(all(x <= y for x, y in zip(draw, point, strict=True)) for draw in draws) for point in points]
    ) / len(draws)
