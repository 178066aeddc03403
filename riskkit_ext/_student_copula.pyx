# cython: boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=True
"""Quantiles of Student's t law at many probabilities, and the log-likelihood of its copula.

Formulas, domain and reason: ``include/student_scores.h`` and ``include/student_copula.h``.
"""

from libc.stdint cimport int32_t, int64_t
from libc.stdlib cimport free, malloc

cdef extern from *:
    const char* RISKKIT_SOURCE_DIGEST

cdef extern from "student_copula.h" nogil:
    const int LANES
    const int COPULA_ROWS
    ctypedef struct ScoreCell:
        pass
    int64_t score_cell(double p)
    double score_edge(int64_t cell)
    void score_cells(double eta, double least, double x_least, ScoreCell* cell)
    void student_scores(const ScoreCell* cell, double least, const double* p, int64_t n, double* x)
    ctypedef struct StudentCopula:
        const double* score
        const double* count
        const int32_t* place
        long m
        long n
        long d
    ctypedef struct StudentCopulaSums:
        int curious
        double* x
        double* weight
        double* moment
    double student_copula_value(const StudentCopula* sample, double eta, const double* inverse, StudentCopulaSums* sums)

source_digest = RISKKIT_SOURCE_DIGEST.decode()


def edge(double p):
    """The last edge of a cell at or before min(p, 1/8): where :func:`scores` wants the quantile as its beginning."""
    return score_edge(score_cell(min(p, 0.125)))


def scores(double eta, double least, double x_least, const double[::1] p, double[::1] out):
    """Write the quantiles of ``p`` into ``out``; ``x_least`` is that of ``least``, an :func:`edge` below all p and 1 - p."""
    cdef Py_ssize_t i, n = p.shape[0]
    cdef ScoreCell* cell
    if out.shape[0] != n or not 0.0 <= eta <= 3.0 or not 1e-300 <= least <= 0.125 or edge(least) != least:
        raise ValueError(f"{out.shape[0]} results for {n} probabilities, eta {eta}, least {least}")
    for i in range(n):
        if not (p[i] >= least and 1.0 - p[i] >= least):
            raise ValueError(f"the probability {p[i]} is nearer to 0 or 1 than {least}")
    cell = <ScoreCell*>malloc((score_cell(0.5) - score_cell(least)) * sizeof(ScoreCell))
    if cell == NULL:
        raise MemoryError
    if n:
        with nogil:
            score_cells(eta, least, x_least, cell)
            student_scores(cell, least, &p[0], n, &out[0])
    free(cell)


def loglikelihood(double eta, const double[::1] score, const double[::1] count, const int32_t[:, ::1] place,
                  const double[:, ::1] inverse, double[:, ::1] moment=None):
    """The log-likelihood at scores (2 m,) of the observations at ``place`` (d, n); ``inverse`` (d, d) is that of the root of
    the correlation. The weighted second moment (d, d) is written into ``moment``."""
    cdef StudentCopula sample
    cdef StudentCopulaSums sums
    cdef Py_ssize_t i, j, d = place.shape[0], n = place.shape[1], m = count.shape[0]
    cdef double value
    cdef double* work
    cdef double* entry
    if (score.shape[0] != 2 * m or inverse.shape[0] != d or inverse.shape[1] != d or d < 1 or n < 1 or not eta >= 0.0
            or (moment is not None and (moment.shape[0] != d or moment.shape[1] != d))):
        raise ValueError(f"{score.shape[0]} scores of {m} probabilities, a root of {inverse.shape[0]} x {inverse.shape[1]}, "
                         f"eta {eta}: places are {d} x {n}")
    for j in range(d):
        for i in range(n):
            if not 0 <= place[j, i] < 2 * m:
                raise ValueError(f"place {place[j, i]} is none of {2 * m} scores")
    work = <double*>malloc(((d + 1) * COPULA_ROWS + d * (d + 1) // 2 * LANES) * sizeof(double))
    if work == NULL:
        raise MemoryError
    sample.score, sample.count, sample.place = &score[0], &count[0], &place[0, 0]
    sample.m, sample.n, sample.d = m, n, d
    sums.curious = moment is not None
    sums.x, sums.weight, sums.moment = work, work + d * COPULA_ROWS, work + (d + 1) * COPULA_ROWS
    with nogil:
        value = student_copula_value(&sample, eta, &inverse[0, 0], &sums)
        if sums.curious:
            entry = sums.moment
            for i in range(d):
                for j in range(i + 1):
                    moment[i, j] = 0.0
                    for l in range(LANES):
                        moment[i, j] += entry[l]
                    moment[j, i] = moment[i, j]
                    entry += LANES
        free(work)
    return value
