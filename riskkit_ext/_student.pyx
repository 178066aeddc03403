# cython: boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=True
"""Maximum likelihood of the location-scale Student-t law: one window, or every window of a series.

Formula, domain and reason stand in ``include/student.h``; the search in ``include/box_newton.h`` and ``include/roll.h``. Points
are ``(location, log scale, eta)`` of the standardised window; the rows of optima are those of :mod:`riskkit_ext._garch`.
"""

cdef extern from *:
    const char* RISKKIT_SOURCE_DIGEST

cdef extern from "roll.h" nogil:
    ctypedef struct Model:
        pass
    ctypedef struct Optimum:
        pass
    ctypedef struct Roll:
        const Model *model
        const double *y
        long step, n, windows, block
    int LANES
    Optimum search_afresh(const Model *model, const double *y, long n, double *workspace)
    void roll_forward(const Roll *roll, long first, long last, Optimum *cold, Optimum *forward, double *workspace)
    void roll_repair(const Roll *roll, Optimum *forward, Optimum *carried, Optimum *results, double *workspace)

cdef extern from "student.h" nogil:
    Model student_model()
    void student_normaliser(double eta, double *out)
    void student_evaluate(const double *z, long n, const double *start, const double *point, double *value,
                          double *gradient, double *hessian)

source_digest = RISKKIT_SOURCE_DIGEST.decode()
OPTIMUM_SIZE = 11
lanes = LANES


def fit(const double[::1] y, double[::1] workspace, double[::1] out):
    """Search the best optimum of one window; ``workspace`` (n * lanes,), ``out`` (OPTIMUM_SIZE,)."""
    cdef Model model = student_model()
    with nogil:
        (<Optimum *> &out[0])[0] = search_afresh(&model, &y[0], y.shape[0], &workspace[0])


def derivatives(const double[::1] z, const double[::1] point, double[::1] workspace, double[::1] gradient,
                double[:, ::1] hessian):
    """Log-likelihood at ``point`` = (location, log scale, eta); fills ``gradient`` (3,) and ``hessian`` (3, 3)."""
    cdef double points[6]
    cdef double values[2]
    cdef double gradients[6]
    cdef double hessians[18]
    cdef long t, i, j, l, n = z.shape[0]
    with nogil:
        for l in range(LANES):
            for i in range(3):
                points[i * LANES + l] = point[i]
            for t in range(n):
                workspace[t * LANES + l] = z[t]
        student_evaluate(&workspace[0], n, NULL, points, values, gradients, hessians)
        for i in range(3):
            gradient[i] = gradients[i * LANES]
            for j in range(3):
                hessian[i, j] = hessians[(i * 3 + j) * LANES]
    return values[0]


def normaliser(double eta, double[::1] out):
    """The logarithm of the density's constant at ``eta`` in [0, 1), and its first two derivatives, into ``out`` (3,)."""
    student_normaliser(eta, &out[0])


def roll(const double[::1] y, long step, long window, long windows, long block, double[:, ::1] cold,
         double[:, ::1] rows, double[:, ::1] carried, double[::1] workspace, double[:, ::1] out):
    """The optimum of every window; ``cold`` (blocks, 11), ``rows`` (windows + blocks, 11), ``carried`` (block + 1, 11)."""
    cdef Model model = student_model()
    cdef Roll all
    all.model, all.y, all.step, all.n, all.windows, all.block = &model, &y[0], step, window, windows, block
    with nogil:
        roll_forward(&all, 0, cold.shape[0], <Optimum *> &cold[0, 0], <Optimum *> &rows[0, 0], &workspace[0])
        roll_repair(&all, <Optimum *> &rows[0, 0], <Optimum *> &carried[0, 0], <Optimum *> &out[0, 0], &workspace[0])
