"""A stand-in for the spot market: a GARCH-t path, hourly or daily, as plain as can be."""

import numpy as np


def garch_t(seed, steps, alpha=0.07, beta=0.92, degrees=3.3):
    """Return standardised innovations and the volatility of each step, known before it, in units of the unconditional."""
    draws = np.random.default_rng(seed).standard_t(degrees, steps) * np.sqrt((degrees - 2.0) / degrees)
    variance, path = 1.0, []
    for square in np.minimum(draws * draws, 60.0).tolist():
        path.append(variance)
        variance = (1.0 - alpha - beta) + variance * (alpha * square + beta)
    return draws, np.sqrt(path)


def hourly(seed, hours=8 * 365 * 24):
    """Return shock and stress, as the perpetuals take them."""
    shock, volatility = garch_t(seed, hours)
    return shock, volatility / np.median(volatility)


def daily(seed, volatility_annual, days=8 * 365):
    """Return the volatility of the next day per year and the log return of the day, as the surface takes them."""
    draws, volatility = garch_t(seed, days + 1, beta=0.91, degrees=4)
    return volatility_annual * volatility[1:], volatility_annual / np.sqrt(365.0) * volatility[:-1] * draws[:-1]
