"""VaR and ES of weighted losses with exact fractions."""

from fractions import Fraction


def var_es(losses, weights, level):
    """Lower quantile and tail mean; ``level`` a decimal string, weights whole numbers."""
    level, total = Fraction(level), sum(weights)
    pairs = sorted((Fraction(float(loss)), Fraction(weight, total)) for loss, weight in zip(losses, weights, strict=True))
    reached, var = Fraction(0), None
    for loss, weight in pairs:
        reached += weight
        if weight > 0 and reached >= level:
            var = loss
            break
    above = [(loss, weight) for loss, weight in pairs if loss > var]
    split = 1 - level - sum(weight for _, weight in above)  # what the block at the quantile supplies
    es = (sum(loss * weight for loss, weight in above) + split * var) / (1 - level)
    return float(var), float(es)
