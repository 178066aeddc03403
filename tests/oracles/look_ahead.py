"""Catches a model that knows the future: change what comes after a date and see whether an earlier forecast moves."""

import numpy as np

import riskkit as rk


def peeking(models, returns, *, window, step=1, level=0.99, cuts=(0.3, 0.6, 0.9)):
    """Names of the models of which a forecast moved when only later returns were changed; an honest one moves by no bit."""
    before = rk.backtest.walk_forward(models, returns, level, window, step)
    caught = set()
    for cut in cuts:
        last = window + int(cut * (len(returns) - window))  # the last row that stays as it was
        changed = returns.copy()
        # losses beyond all that was seen: no quantile, mean or variance that reads one of them stays where it was
        noise = np.random.default_rng(last).exponential(size=changed.iloc[last + 1 :].shape)
        changed.iloc[last + 1 :] = -float(np.abs(returns.to_numpy()).max()) * (2.0 + noise)
        after = rk.backtest.walk_forward(models, changed, level, window, step)
        due = before.known_at <= returns.index[last]
        for name in models:
            same = all(
                np.array_equal(getattr(before, part)[name].to_numpy()[due], getattr(after, part)[name].to_numpy()[due])
                for part in ("var", "es", "status")
            )
            if not same:
                caught.add(name)
    return caught
