# cython: boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=True
"""Maximum likelihood of the location-scale Student-t law: one window, or every window of a series.

Formula, domain and reason stand in ``include/student.h``; the search in ``include/box_newton.h`` and ``include/walk.h``. Points
are ``(location, log scale, eta)`` of the standardised window; the rows of optima are those of :mod:`riskkit_ext._garch`.
"""

cdef extern from *:
    const char* RISKKIT_SOURCE_DIGEST

cdef extern from "walk.h" nogil:
    ctypedef struct Model:
        pass
    ctypedef struct Optimum:
        pass
    enum: LANES
    enum: WORKSPACE
    int MOST_STARTS
    void fit_window(const Model *model, const double *y, long n, Optimum *found, double *workspace)
    void fit_windows(const Model *model, const double *y, long step, long n, long first, long last, long block,
                     Optimum *results, double *workspace)

cdef extern from "student.h" nogil:
    Model student_model()
    void student_normaliser(double eta, double *out)
    void student_evaluate(const Model *model, const double *const *z, long n, const double *start, const double *point,
                          double *value, double *gradient, double *hessian, unsigned busy)

source_digest = RISKKIT_SOURCE_DIGEST.decode()
OPTIMUM_SIZE = 12
lanes = WORKSPACE
most_starts = MOST_STARTS


def fit(const double[::1] y, double[::1] workspace, double[:, ::1] out):
    """Search the maxima of one window, best first; ``workspace`` (n * lanes,), ``out`` (most_starts, OPTIMUM_SIZE)."""
    cdef Model model = student_model()
    with nogil:
        fit_window(&model, &y[0], y.shape[0], <Optimum *> &out[0, 0], &workspace[0])


def derivatives(const double[::1] z, const double[::1] point, double[::1] workspace, double[::1] gradient,
                double[:, ::1] hessian):
    """Log-likelihood at ``point`` = (location, log scale, eta); fills ``gradient`` (3,) and ``hessian`` (3, 3)."""
    cdef double points[3 * LANES]
    cdef double values[LANES]
    cdef double gradients[3 * LANES]
    cdef double hessians[9 * LANES]
    cdef const double *samples[LANES]
    cdef long i, j, l
    with nogil:
        for l in range(LANES):
            samples[l] = &z[0]
            for i in range(3):
                points[i * LANES + l] = point[i]
        student_evaluate(NULL, samples, z.shape[0], NULL, points, values, gradients, hessians, 1)
        for i in range(3):
            gradient[i] = gradients[i * LANES]
            for j in range(3):
                hessian[i, j] = hessians[(i * 3 + j) * LANES]
    return values[0]


def normaliser(double eta, double[::1] out):
    """The logarithm of the density's constant at ``eta`` in [0, 1), and its first two derivatives, into ``out`` (3,)."""
    student_normaliser(eta, &out[0])


def roll(const double[::1] y, long step, long window, long first, long last, long block, double[::1] workspace,
         double[:, ::1] out):
    """The best optimum of the windows ``first`` to ``last - 1``, as :func:`riskkit_ext._garch.roll`."""
    cdef Model model = student_model()
    with nogil:
        fit_windows(&model, &y[0], step, window, first, last, block, <Optimum *> &out[0, 0], &workspace[0])
