# cython: boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=True
"""Likelihood, exact derivatives and fits of GARCH, GJR, EGARCH, APARCH and component GARCH under four laws.

Formula, domain and reason stand in ``include/general_model.h`` (recursions), ``include/general_law.h`` (laws),
``include/general_pass.h`` (one pass) and ``include/general_fit.h`` (coordinates and search). A point is
``(mu, phi, recursion, regressors, shapes)``, without those that the model does not have.
"""

cimport cython


cdef extern from *:
    const char* RISKKIT_SOURCE_DIGEST

cdef extern from "general_fit.h" nogil:
    enum: GENERAL_MOST
    enum: OWN
    ctypedef struct General:
        int kind, law, lags, size, regressors, first_regressor, targeted
        int at[7]
        double level
        int pinned
        double pin[2]
    ctypedef struct Sample:
        long n
        const double *y
        const double *regressors
        double start[6]
        int known
        double state[2]
    ctypedef struct Track:
        double *states
        double *scores
    ctypedef struct Whole:
        double value
        double gradient[16]
        double hessian[16][16]
    ctypedef struct Law:
        pass
    ctypedef struct Jet:
        double value
        double by[3]
        double bend[3][3]
    void general_pass(const General *model, const Sample *sample, const double *point, int order, Track track, Whole *total)
    void general_natural(const General *model, const double *search, double *natural, double *by)
    double general_evaluate(const General *model, const Sample *sample, const double *search, double *gradient, double *hessian)
    int general_fit(const General *model, const Sample *sample, const double *lower, const double *upper,
                    const double *starts, int rows, double *point, double *value, int *status, long *pin)
    Law law_make(int kind, double first, double second)
    Jet law_density(const Law *law, double z)
    Jet law_half_moment(const Law *law, int side, double exponent)

source_digest = RISKKIT_SOURCE_DIGEST.decode()
most = GENERAL_MOST
cdef double nothing = 0.0


@cython.final
cdef class Model:
    """A model of the family on a series of one length.

    ``kind``: 0 linear, 1 exponential, 2 power, 3 component; ``own``: which of its five parameters are searched; ``law``: 0
    normal, 1 t, 2 skew t, 3 GED; ``lags``: -1 mean zero, 0 constant, 1 AR(1); ``level``: variance aimed at, 0 for none.
    """

    cdef General model
    cdef readonly int size
    cdef tuple made_of

    def __init__(self, int kind, own, int law, int lags, int regressors, double level):
        cdef int size = lags + 1, i
        self.model.pinned = 0
        self.made_of = (kind, tuple(own), law, lags, regressors, level)
        self.model.kind, self.model.law, self.model.lags, self.model.regressors = kind, law, lags, regressors
        self.model.targeted, self.model.level = level > 0.0, level
        for i in range(5):
            self.model.at[i] = size if own[i] else -1
            size += bool(own[i])
        self.model.first_regressor = size
        size += regressors
        for i in range(2):
            self.model.at[5 + i] = size if i < (0, 1, 2, 1)[law] else -1
            size += i < (0, 1, 2, 1)[law]
        if size > GENERAL_MOST:
            raise ValueError(f"{size} parameters, {GENERAL_MOST} have room")
        self.model.size = self.size = size

    def __reduce__(self):
        return Model, self.made_of, (self.model.pinned, self.model.pin[0], self.model.pin[1])

    def __setstate__(self, state):
        self.model.pinned, self.model.pin[0], self.model.pin[1] = state

    def pin(self, double value, double before):
        """From now on mu is what makes the shock of the row zero whose value this is; ``before``: the value before it."""
        self.model.pinned, self.model.pin[0], self.model.pin[1] = 1, value, before

    cdef Sample sample(self, const double[::1] y, const double[:, ::1] regressors, const double[::1] start):
        """``start`` (6,): b as a quadratic in (mu, phi); (2,): the states of the first row."""
        cdef Sample sample
        sample.n = y.shape[0]
        sample.y = &y[0]
        sample.regressors = &regressors[0, 0] if self.model.regressors else &nothing
        sample.known = start.shape[0] == 2
        for i in range(start.shape[0]):
            if sample.known:
                sample.state[i] = start[i]
            else:
                sample.start[i] = start[i]
        return sample

    def natural(self, const double[::1] search, double[::1] natural, double[:, ::1] by):
        """Natural parameters of coordinates, and ``by[i, j] = d natural[j] / d search[i]``."""
        general_natural(&self.model, &search[0], &natural[0], &by[0, 0])

    def value(self, const double[::1] y, const double[:, ::1] regressors, const double[::1] start,
              const double[::1] natural):
        """Log-likelihood at natural parameters."""
        cdef Sample sample = self.sample(y, regressors, start)
        cdef Track track
        cdef Whole total
        track.states = track.scores = NULL
        with nogil:
            general_pass(&self.model, &sample, &natural[0], 0, track, &total)
        return total.value

    def derivatives(self, const double[::1] y, const double[:, ::1] regressors, const double[::1] start,
                    const double[::1] natural, double[::1] gradient, double[:, ::1] hessian):
        """Log-likelihood at natural parameters; its derivatives by them are filled in."""
        cdef Sample sample = self.sample(y, regressors, start)
        cdef Track track
        cdef Whole total
        track.states = track.scores = NULL
        with nogil:
            general_pass(&self.model, &sample, &natural[0], 2, track, &total)
        for i in range(self.size):
            gradient[i] = total.gradient[i]
            for j in range(self.size):
                hessian[i, j] = total.hessian[max(i, j)][min(i, j)]
        return total.value

    def evaluate(self, const double[::1] y, const double[:, ::1] regressors, const double[::1] start,
                 const double[::1] search, double[::1] gradient, double[:, ::1] hessian):
        """Log-likelihood at coordinates of the search; its derivatives by them are filled in."""
        cdef Sample sample = self.sample(y, regressors, start)
        cdef double value
        with nogil:
            value = general_evaluate(&self.model, &sample, &search[0], &gradient[0], &hessian[0, 0])
        return value

    def path(self, const double[::1] y, const double[:, ::1] regressors, const double[::1] start,
             const double[::1] natural, double[:, ::1] states, double[:, ::1] scores):
        """Fill ``states`` (n + 1, 2), the last one ahead and without regressors, and ``scores`` (n, size) unless empty."""
        cdef Sample sample = self.sample(y, regressors, start)
        cdef Track track
        cdef Whole total
        track.states = &states[0, 0]
        track.scores = &scores[0, 0] if scores.shape[0] else NULL
        cdef int order = 1 if scores.shape[0] else 0
        with nogil:
            general_pass(&self.model, &sample, &natural[0], order, track, &total)
        return total.value

    def fit(self, const double[::1] y, const double[:, ::1] regressors, const double[::1] start,
            const double[::1] lower, const double[::1] upper, const double[:, ::1] starts, double[::1] point):
        """The best optimum from ``starts`` (at most 32, size), in coordinates.

        Returns value, status, passes, and the row to which mu is pinned because the maximum sits on its kink, or -1.
        """
        cdef Sample sample = self.sample(y, regressors, start)
        cdef double value
        cdef int status, passes
        cdef long pin
        with nogil:
            passes = general_fit(&self.model, &sample, &lower[0], &upper[0], &starts[0, 0], <int> starts.shape[0],
                                 &point[0], &value, &status, &pin)
        return value, status, passes, pin


def density(int law, double first, double second, double z, double[::1] by, double[:, ::1] bend):
    """Log density at ``z`` and its derivatives by (z, shapes)."""
    cdef Law made = law_make(law, first, second)
    cdef Jet jet = law_density(&made, z)
    for i in range(3):
        by[i] = jet.by[i]
        for j in range(3):
            bend[i, j] = jet.bend[i][j]
    return jet.value


def half_moment(int law, double first, double second, bint above, double exponent, double[::1] by, double[:, ::1] bend):
    """E[abs(Z)**exponent; Z > 0], or Z < 0, and its derivatives by (exponent, shapes)."""
    cdef Law made = law_make(law, first, second)
    cdef Jet jet = law_half_moment(&made, above, exponent)
    for i in range(3):
        by[i] = jet.by[i]
        for j in range(3):
            bend[i, j] = jet.bend[i][j]
    return jet.value
