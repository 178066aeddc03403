"""Conditions under which a copula is sampled, checked."""

from collections.abc import Sequence

from riskkit import checks
from riskkit.dependence.law import Given
from riskkit.errors import DataError, FactorError


def conditions_of(names: Sequence[str], given: Given | None) -> dict[int, float | tuple[float, float]]:
    """Return the conditions by column: a value in (0, 1), or an interval (low, high) within [0, 1].

    Raises
    ------
    FactorError
        A name that is none of ``names``.
    DataError
        A value outside (0, 1), an interval that is empty or reaches beyond [0, 1], values of all variables.
    """
    if given is None or not len(given):
        return {}
    result: dict[int, float | tuple[float, float]] = {}
    for name, condition in checks.mapping("given", given).items():
        if name not in names:
            raise FactorError(f"given names {name!r}, which the copula lacks", expected="one of " + ", ".join(names))
        label = f"given[{name!r}]"
        if isinstance(condition, (tuple, list)):
            result[names.index(name)] = _interval(label, condition)
            continue
        value = checks.number(label, condition, above=0.0, most=1.0)
        if value == 1.0:
            raise DataError(f"{label} is out of range", got="1.0", expected="a number strictly between 0 and 1")
        result[names.index(name)] = value
    if len(result) == len(names) and not any(isinstance(value, tuple) for value in result.values()):
        raise DataError("given leaves nothing to draw", got="values of all variables", expected="at least one without")
    return result


def _interval(label: str, condition: Sequence[object]) -> tuple[float, float]:
    if len(condition) != 2:
        raise DataError(f"{label} is no interval", got=repr(condition), expected="(low, high)")
    low, high = (checks.number(label, end, least=0.0, most=1.0) for end in condition)
    if low >= high:
        raise DataError(f"{label} is an empty interval", got=f"({low:g}, {high:g})", expected="low < high",
                        remedy="give a number for a single value")  # fmt: skip
    return low, high
