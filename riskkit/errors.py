"""The errors of riskkit: one small tree that says whose mistake it was.

Every message has the same four parts: what is wrong, what was got, what is expected, and what to do about it.
"""


class RiskKitError(Exception):
    """Base of all errors raised on purpose by riskkit.

    Parameters
    ----------
    what : str
        The argument or the step that failed, and how.
    got, expected, remedy : optional
        The offending value, what would have been right, and what the caller can do.

    Examples
    --------
    >>> print(DataError("returns holds NaN", got="3 of 100 rows", expected="finite numbers", remedy="drop them"))
    returns holds NaN; got 3 of 100 rows; expected finite numbers; remedy: drop them
    """

    def __init__(self, what: str, *, got: object = None, expected: object = None, remedy: str | None = None) -> None:
        parts = [what]
        if got is not None:
            parts.append(f"got {got}")
        if expected is not None:
            parts.append(f"expected {expected}")
        if remedy is not None:
            parts.append(f"remedy: {remedy}")
        self.message = "; ".join(parts)
        super().__init__(self.message)

    def __str__(self) -> str:  # KeyError would show the repr
        return self.message


class DataError(RiskKitError, ValueError):
    """The caller's data or argument cannot be used."""


class FactorError(RiskKitError, KeyError):
    """A name is not in the market, the scenarios or the table."""


class ModelError(RiskKitError, ValueError):
    """A model was asked for something outside its domain."""


class ConvergenceError(RiskKitError, RuntimeError):
    """An estimate did not reach its optimum and the caller asked for one that did."""
