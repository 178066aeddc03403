"""Did VaR hold as often as it said, and did its breaches come independently?

Each question has two forms: on counts (so that a published figure can be checked), and on a :class:`~riskkit.RiskForecast`
(one row per model). Every answer shows two p-values: ``p_asymptotic`` from the chi-square law, the one in most software, and
``p_exact`` from the statistic's own law (:mod:`riskkit.backtest.exact`). They part where breaches are few, which at 99 % is
always: a nominal 5 % Kupiec test on 250 days rejects a true model 9.5 times in a hundred. ``decision`` follows ``p_exact``.

References
----------
Kupiec, P. (1995). Techniques for verifying the accuracy of risk measurement models. Journal of Derivatives 3(2), 73-84.
Christoffersen, P. (1998). Evaluating interval forecasts. International Economic Review 39, 841-862.
"""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from riskkit import checks
from riskkit.backtest import exact
from riskkit.core import RiskForecast
from riskkit.errors import DataError


class CoverageTest(NamedTuple):
    """A likelihood-ratio test: small p-values speak against the model."""

    statistic: float
    df: int
    p_asymptotic: float
    p_exact: float


class BreachCounts(NamedTuple):
    """What the tests need to know of T days: the breaches, and how often a quiet day (0) or a breach (1) followed which.

    ``n01`` counts quiet days that were followed by a breach; the four add up to T - 1.
    """

    days: int
    breaches: int
    n00: int
    n01: int
    n10: int
    n11: int


def unconditional_coverage(breaches: int, days: int, level: float) -> CoverageTest:
    """Kupiec's proportion-of-failures test on counts.

    Parameters
    ----------
    breaches, days : int
        Breaches among all days.
    level : float
        Confidence level of the VaR.

    Returns
    -------
    CoverageTest
        ``p_exact`` adds up the binomial probabilities of all counts whose ratio is at least the observed one.

    Examples
    --------
    >>> test = unconditional_coverage(57, 1043, 0.95)
    >>> round(test.statistic, 5), round(test.p_asymptotic, 5)
    (0.46147, 0.49694)
    """
    level = checks.level(level)
    days = checks.whole("days", days, least=1)
    breaches = whole_breaches(breaches, days)
    return _judged(float(exact.coverage_ratio(breaches, days, level)), 1, exact.coverage_law(days, level))


def independence(breaches: int, n00: int, n01: int, n10: int, n11: int) -> CoverageTest:
    """Christoffersen's independence test on counts: is a breach as likely after a breach as after a quiet day?

    Parameters
    ----------
    breaches : int
        Breaches among all days; the transitions alone leave out whether the first day was one.
    n00, n01, n10, n11 : int
        Transitions; ``n01`` from a quiet day to a breach.

    Returns
    -------
    CoverageTest
        ``p_exact`` is taken over all equally likely arrangements of the given number of breaches. So it does not blame on
        clustering what is only a wrong breach rate, and does not need the level.

    Examples
    --------
    >>> test = independence(57, n00=932, n01=53, n10=53, n11=4)
    >>> round(test.statistic, 5)
    0.25866
    """
    counts = _counts(breaches, n00, n01, n10, n11)
    law = exact.arrangement_law(counts.days, counts.breaches)
    return _judged(float(exact.independence_ratio(*counts[2:])), 1, law)


def conditional_coverage(breaches: int, n00: int, n01: int, n10: int, n11: int, level: float) -> CoverageTest:
    """Christoffersen's conditional coverage on counts: the right rate and independence together.

    Parameters
    ----------
    breaches, n00, n01, n10, n11 : int
        As in :func:`independence`.
    level : float
        Confidence level of the VaR.

    Returns
    -------
    CoverageTest
        The sum of both ratios; ``p_exact`` under independent days that breach with probability ``1 - level``.

    Examples
    --------
    >>> test = conditional_coverage(57, n00=932, n01=53, n10=53, n11=4, level=0.95)
    >>> round(test.statistic, 5), round(test.p_asymptotic, 5)
    (0.72013, 0.69763)
    """
    level = checks.level(level)
    counts = _counts(breaches, n00, n01, n10, n11)
    ratio = exact.coverage_ratio(counts.breaches, counts.days, level) + exact.independence_ratio(*counts[2:])
    return _judged(float(ratio), 2, exact.conditional_law(counts.days, level))


def kupiec(forecast: RiskForecast, *, significance: float = 0.05) -> pd.DataFrame:
    """Kupiec's test of unconditional coverage: does VaR fail as often as it said?

    Parameters
    ----------
    forecast : RiskForecast
        Forecasts of M models.
    significance : float
        ``decision`` is "rejected" where ``p_exact`` lies below it.

    Returns
    -------
    DataFrame
        One row per model: statistic, df, p_asymptotic, p_exact, days, breaches, expected, decision.

    Examples
    --------
    >>> loss = pd.Series([0.0] * 243 + [3.0] * 7)
    >>> forecast = rk.RiskForecast(loss, pd.Series(2.0, loss.index, name="flat"), level=0.99)
    >>> print(kupiec(forecast).loc["flat", ["breaches", "statistic", "p_asymptotic", "p_exact", "decision"]].to_string())
    breaches               7
    statistic        5.49699
    p_asymptotic    0.019049
    p_exact         0.013701
    decision        rejected
    """
    rows = {}
    for model, counts in breach_counts(forecast).items():
        test = unconditional_coverage(counts.breaches, counts.days, forecast.level)
        expected = counts.days * exact.breach_probability(forecast.level)
        rows[model] = test._asdict() | {"days": counts.days, "breaches": counts.breaches, "expected": expected}
    return decided(rows, significance)


def christoffersen_independence(forecast: RiskForecast, *, significance: float = 0.05) -> pd.DataFrame:
    """Christoffersen's test of independence: do breaches come in clusters?

    Parameters
    ----------
    forecast, significance
        As in :func:`kupiec`; the rows must be consecutive target dates.

    Returns
    -------
    DataFrame
        One row per model: statistic, df, p_asymptotic, p_exact (given the number of breaches), days, breaches, n00, n01,
        n10, n11, decision. With no breach, or one, or nothing but breaches nothing can cluster: ``p_exact`` is near 1.

    Examples
    --------
    >>> loss = pd.Series([0.0] * 246 + [3.0] * 4)
    >>> forecast = rk.RiskForecast(loss, pd.Series(2.0, loss.index, name="flat"), level=0.99)
    >>> print(christoffersen_independence(forecast).loc["flat", ["n01", "n11", "decision"]].to_string())
    n01                1
    n11                3
    decision    rejected
    """
    rows = {}
    for model, counts in breach_counts(forecast).items():
        test = independence(*counts[1:])
        rows[model] = test._asdict() | counts._asdict()
    return decided(rows, significance)


def christoffersen(forecast: RiskForecast, *, significance: float = 0.05) -> pd.DataFrame:
    """Christoffersen's test of conditional coverage: the right number of breaches, and independent ones.

    Parameters
    ----------
    forecast, significance
        As in :func:`kupiec`; the rows must be consecutive target dates.

    Returns
    -------
    DataFrame
        One row per model: statistic (the sum of Kupiec's and the independence ratio), df, p_asymptotic, p_exact, days,
        breaches, n00, n01, n10, n11, the part of independence alone (independence_statistic,
        independence_p_asymptotic, independence_p_exact), decision.

    Examples
    --------
    >>> loss = pd.Series([0.0, 3.0] * 125)
    >>> forecast = rk.RiskForecast(loss, pd.Series(2.0, loss.index, name="flat"), level=0.99)
    >>> christoffersen(forecast).loc["flat", "decision"]
    'rejected'
    """
    rows = {}
    for model, counts in breach_counts(forecast).items():
        test = conditional_coverage(*counts[1:], level=forecast.level)
        alone = independence(*counts[1:])._asdict()
        part = {f"independence_{name}": alone[name] for name in ("statistic", "p_asymptotic", "p_exact")}
        rows[model] = test._asdict() | counts._asdict() | part
    return decided(rows, significance)


def true_size(days: int, level: float, *, significance: float = 0.05) -> pd.Series:
    """How often the chi-square tests reject a model that is right: their true size, where ``significance`` is promised.

    Parameters
    ----------
    days : int
        Length of the backtest.
    level : float
        Confidence level of the VaR.
    significance : float
        The promised size.

    Returns
    -------
    Series
        Probability of rejection for "unconditional coverage", "independence" and "conditional coverage", exact.

    Examples
    --------
    >>> true_size(250, 0.99).round(4).tolist()
    [0.0948, 0.014, 0.0082]
    """
    level = checks.level(level)
    days = checks.whole("days", days, least=1)
    significance = _significance(significance)
    laws = {
        "unconditional coverage": (1, exact.coverage_law(days, level)),
        "independence": (1, exact.independence_law(days, level)),
        "conditional coverage": (2, exact.conditional_law(days, level)),
    }
    sizes = {name: law.at_least(float(special.chdtri(df, significance))) for name, (df, law) in laws.items()}
    return pd.Series(sizes, name="true size")


def breach_counts(forecast: RiskForecast) -> dict[str, BreachCounts]:
    """Return the counts of every model.

    Examples
    --------
    >>> forecast = rk.RiskForecast(pd.Series([0.0, 3.0, 3.0, 0.0]), pd.Series([2.0] * 4, name="flat"))
    >>> breach_counts(forecast)["flat"]
    BreachCounts(days=4, breaches=2, n00=0, n01=1, n10=1, n11=1)
    """
    if not isinstance(forecast, RiskForecast):
        raise DataError(
            "forecast has the wrong type", got=type(forecast).__name__, expected="a RiskForecast",
            remedy="rk.RiskForecast(loss, var, level=0.99) wraps forecasts of your own",
        )  # fmt: skip
    breach = forecast.breaches.to_numpy()
    today, tomorrow = breach[:-1], breach[1:]
    both, total = (today & tomorrow).sum(axis=0), breach.sum(axis=0)
    to_breach, from_breach = tomorrow.sum(axis=0) - both, today.sum(axis=0) - both
    neither = len(today) - both - to_breach - from_breach
    table = np.stack([np.full_like(total, len(breach)), total, neither, to_breach, from_breach, both], axis=1)
    return {model: BreachCounts(*row) for model, row in zip(forecast.models, table.tolist(), strict=True)}


def _judged(ratio: float, df: int, law: exact.Law) -> CoverageTest:
    return CoverageTest(ratio, df, float(special.chdtrc(df, ratio)), law.at_least(ratio))


def decided(rows: dict[str, dict[str, Any]], significance: float) -> pd.DataFrame:
    """Lay the tests of all models out as a frame, and decide by their exact p-values."""
    significance = _significance(significance)
    columns = {name: [row[name] for row in rows.values()] for name in next(iter(rows.values()))}
    frame = pd.DataFrame(columns, index=pd.Index(rows, name="model"))
    return frame.assign(decision=np.where(frame["p_exact"] < significance, "rejected", "not rejected"))


def _significance(value: float) -> float:
    return checks.number("significance", value, above=0.0, most=0.5)


def whole_breaches(breaches: int, days: int) -> int:
    """Return ``breaches`` as an int between 0 and ``days``."""
    if checks.whole("breaches", breaches) > days:
        raise DataError("there are more breaches than days", got=f"{breaches} in {days}", expected=f"at most {days}")
    return int(breaches)


def _counts(breaches: int, n00: int, n01: int, n10: int, n11: int) -> BreachCounts:
    given = {"n00": n00, "n01": n01, "n10": n10, "n11": n11}
    days = 1 + sum(checks.whole(name, count) for name, count in given.items())
    total = whole_breaches(breaches, days)
    # no transition enters a breach on the first day, and none leaves one on the last
    first, last = total - n01 - n11, total - n10 - n11
    if first not in (0, 1) or last not in (0, 1):
        raise DataError(
            "breaches and transitions contradict each other", got=f"{total} breaches, {given}",
            expected="n01 + n11 breaches or one more, and n10 + n11 or one more",
        )  # fmt: skip
    return BreachCounts(days, total, n00, n01, n10, n11)
