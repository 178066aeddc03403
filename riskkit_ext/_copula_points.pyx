# cython: boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=True
"""Evenly spread points of a copula of two variables, under a condition on the first.

Formulas, domain and reason: ``include/copula_points.h``.
"""

from libc.stdlib cimport free, malloc

cdef extern from *:
    const char* RISKKIT_SOURCE_DIGEST

cdef extern from "copula_points.h" nogil:
    ctypedef struct PairCopula:
        pass
    void copula_points(int family, double strength, double nu, double skew, long n, double most, PairCopula *copula,
                       double *first, double *second)

source_digest = RISKKIT_SOURCE_DIGEST.decode()
FAMILIES = ("normal", "student", "clayton", "survival clayton", "gumbel", "survival gumbel", "frank", "skewed")


def points(int family, double strength, double nu, double skew, double most, double[::1] first, double[::1] second):
    """Fill the normal scores of the two variables."""
    cdef PairCopula* copula
    if not 0 <= family < 8 or first.shape[0] != second.shape[0] or first.shape[0] < 1:
        raise ValueError(f"family {family}, {first.shape[0]} and {second.shape[0]} points do not fit together")
    copula = <PairCopula*>malloc(sizeof(PairCopula))
    if copula == NULL:
        raise MemoryError
    with nogil:
        copula_points(family, strength, nu, skew, first.shape[0], most, copula, &first[0], &second[0])
    free(copula)
