"""Models of tails: how far out the far-out losses lie.

``Spec.fit(series) -> Fit``; every fit has ``cdf``, ``quantile``, ``log_density``, ``loss_distribution`` and a ``status``
(:class:`TailFit`). :class:`QuantileTable` makes quantiles fast.
"""

from riskkit.tails.empirical import Empirical, EmpiricalFit
from riskkit.tails.generalised_pareto import GeneralisedPareto, GeneralisedParetoFit
from riskkit.tails.law import TailFit
from riskkit.tails.semiparametric import Semiparametric, SemiparametricFit
from riskkit.tails.skew_student import SkewStudent, SkewStudentFit
from riskkit.tails.student import Student, StudentFit, roll
from riskkit.tails.table import QuantileTable
from riskkit.tails.thresholds import hill, mean_excess, threshold_stability

__all__ = [
    "Empirical",
    "EmpiricalFit",
    "GeneralisedPareto",
    "GeneralisedParetoFit",
    "QuantileTable",
    "Semiparametric",
    "SemiparametricFit",
    "SkewStudent",
    "SkewStudentFit",
    "Student",
    "StudentFit",
    "TailFit",
    "hill",
    "mean_excess",
    "roll",
    "threshold_stability",
]
