# cython: boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=True
"""Maximum likelihood of GARCH(1,1) with normal or Student-t innovations: one window, or every window of a series.

Formula, domain and reason stand in ``include/garch.h`` and ``include/garch_pass.h`` (one pass), ``include/garch_fit.h``
(coordinates and starts), ``include/box_newton.h`` (the search) and ``include/walk.h`` (all windows). Points are
``(mu, omega, p, s, eta)`` of the standardised window; a row of an optimum is the point, the log-likelihood, the next variance,
the mean and the scale by which the window was standardised, the status and the number of passes.
"""

cdef extern from *:
    const char* RISKKIT_SOURCE_DIGEST

cdef extern from "walk.h" nogil:
    ctypedef struct Model:
        double lower[5]
        double upper[5]
    ctypedef struct Optimum:
        pass
    enum: LANES
    int MOST_STARTS
    void fit_window(const Model *model, const double *y, long n, Optimum *found, double *workspace)
    void fit_windows(const Model *model, const double *y, long step, long n, long first, long last, long block,
                     Optimum *results, double *workspace)

cdef extern from "garch_fit.h" nogil:
    int garch_widest()
    Model garch_model(bint student, bint mean_square, int width)
    void garch_evaluate(const double *z, long n, const double *start, const double *point, double *value, double *gradient,
                        double *hessian, bint student, int width, unsigned busy)
    void garch_path(const double *z, long n, const double *start, const double *point, bint student, double *variance,
                    double *scores)

source_digest = RISKKIT_SOURCE_DIGEST.decode()
OPTIMUM_SIZE = 11
lanes = LANES
widest = garch_widest()
most_starts = MOST_STARTS


def bounds(bint student):
    """Lower and upper bounds of (mu, omega, p, s, eta), in units of the standardised window."""
    cdef Model model = garch_model(student, False, 1)
    return [model.lower[i] for i in range(5)], [model.upper[i] for i in range(5)]


def fit(const double[::1] y, bint student, bint mean_square, double[::1] workspace, double[:, ::1] out):
    """Search the maxima of one window afresh, best first; unused rows of ``out`` have status 3.

    ``y`` (n,), n >= 1; ``workspace`` (n * lanes,); ``out`` (most_starts, OPTIMUM_SIZE).
    """
    cdef Model model = garch_model(student, mean_square, garch_widest())
    with nogil:
        fit_window(&model, &y[0], y.shape[0], <Optimum *> &out[0, 0], &workspace[0])


def derivatives(const double[::1] z, const double[::1] start, const double[::1] point, bint student,
                double[::1] workspace, double[::1] gradient, double[:, ::1] hessian):
    """Log-likelihood at the natural parameters ``point`` (5,) with start variance ``start`` (3,).

    ``gradient`` (5,) and ``hessian`` (5, 5) are filled; ``workspace`` (n * lanes,); the log-likelihood is returned.
    """
    cdef double starts[3 * LANES]
    cdef double points[5 * LANES]
    cdef double values[LANES]
    cdef double gradients[5 * LANES]
    cdef double hessians[25 * LANES]
    cdef long t, i, j, l, n = z.shape[0]
    with nogil:
        for l in range(LANES):
            for i in range(3):
                starts[i * LANES + l] = start[i]
            for i in range(5):
                points[i * LANES + l] = point[i]
            for t in range(n):
                workspace[t * LANES + l] = z[t]
        garch_evaluate(&workspace[0], n, starts, points, values, gradients, hessians, student, 1, 1)
        for i in range(5):
            gradient[i] = gradients[i * LANES]
            for j in range(5):
                hessian[i, j] = hessians[(i * 5 + j) * LANES]
    return values[0]


def path(const double[::1] z, const double[::1] start, const double[::1] point, bint student, double[::1] variance,
         double[:, ::1] scores):
    """Fill ``variance`` (n + 1,), the last one ahead of the data, and the ``scores`` (n, 5) of every observation."""
    with nogil:
        garch_path(&z[0], z.shape[0], &start[0], &point[0], student, &variance[0], &scores[0, 0])


def roll(const double[::1] y, long step, long window, long first, long last, long block, bint student, bint mean_square,
         double[::1] workspace, double[:, ::1] out, int width=0):
    """The best optimum of the windows ``first`` to ``last - 1``; window i is ``y[i * step : i * step + window]``.

    Every stretch of ``block`` windows begins with a fresh search: calls with ``first`` a multiple of ``block`` may share the
    work. ``workspace`` (window * lanes,) is this call's own; ``out`` (last - first, OPTIMUM_SIZE).
    ``width``: at most so many doubles in a register (0: as many as the processor has); the answer is the same to the last bit.
    """
    cdef int widest = garch_widest()
    cdef Model model = garch_model(student, mean_square, width if 0 < width < widest else widest)
    with nogil:
        fit_windows(&model, &y[0], step, window, first, last, block, <Optimum *> &out[0, 0], &workspace[0])
