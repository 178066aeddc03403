"""Models of tails: how far out the far-out losses lie."""

from riskkit.tails.student import Student, StudentFit, roll

__all__ = ["Student", "StudentFit", "roll"]
