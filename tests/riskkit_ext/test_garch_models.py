"""The GARCH kernel beyond the plain model: leverage, zero mean, start rules, targeting; against slow twins and `arch`."""

import itertools

import mpmath
import numpy as np
import pandas as pd
import pytest
from arch import arch_model
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import garch as oracle

from riskkit_ext import _garch

VALUE, AHEAD, MEAN, SCALE, STATUS = 6, 7, 8, 9, 10  # columns of an optimum
STARTS = ("ewma", "sample", "fcp", "given")
GIVEN = 1.7  # a start variance in the unit of the data squared
POINTS = [
    (0.05, 0.04, 0.02, 0.9, 0.2, 0.08),
    (-0.3, 1e-9, 0.1, 0.7, 1 / 2.05, 0.4),  # integrated
    (0.1, 0.02, 0.0, 0.97, 0.1, 0.02),  # only falls count
    (0.1, 0.3, 0.5, 0.1, 0.03, -0.5),  # only rises count
]
combinations = pytest.mark.parametrize(
    ("student", "leverage", "zero_mean", "rule", "targeting"),
    list(itertools.product([True, False], [True, False], [True, False], STARTS, [True, False])),
)


def model_of(student=True, leverage=True, zero_mean=False, rule="ewma", targeting=False, unit=1.0, width=0):
    number = STARTS.index(rule)
    return _garch.Model(student, leverage, zero_mean, number, GIVEN * unit**2, targeting, width)


def fitted(model, y):
    maxima = np.empty((_garch.most_starts, _garch.OPTIMUM_SIZE))
    _garch.fit(model, y, np.empty(len(y) * _garch.lanes), maxima)
    return maxima


def rolled(model, y, window, block=25):
    out = np.empty((len(y) - window + 1, _garch.OPTIMUM_SIZE))
    _garch.roll(model, y, 1, window, 0, len(out), block, np.empty(window * _garch.lanes), out)
    return out


def derivatives(model, z, start, point):
    gradient, hessian = np.empty(6), np.empty((6, 6))
    workspace = np.empty(len(z) * _garch.lanes)
    value = _garch.derivatives(model, z, np.array(start, float), np.array(point, float), workspace, gradient, hessian)
    return value, gradient, hessian


def natural(optimum):
    """(mu, omega, alpha, beta, eta, gamma) in the unit of the data."""
    mu, omega, p, s, eta, q = optimum[:6]
    mean, scale = optimum[[MEAN, SCALE]]
    alpha = 2 * p * s * (1 - q)
    return np.array([mean + scale * mu, scale**2 * omega, alpha, p * (1 - s), eta, 2 * p * s * q - alpha])


def loglikelihood(y, params, zero_mean, rule, student=True):
    mu, omega, alpha, beta, eta, gamma = params
    b = oracle.first_variance(y, rule, mu, 0.0 if zero_mean else y.mean(), GIVEN)
    return oracle.loglikelihood(y, mu, omega, alpha, beta, eta if student else 0, b, gamma=gamma)


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("student", [True, False])
def test_derivatives_with_leverage(point, student):
    """Value, gradient and Hessian by mpmath's differentiation at 40 digits."""
    z, start = np.random.default_rng(3).standard_t(4, 25), (1.3, -0.2, 0.7)
    axes = range(6) if student else (0, 1, 2, 3, 5)
    with mpmath.workdps(40):
        y = [mpmath.mpf(float(value)) for value in z]

        def f(*x):
            b = start[0] + x[0] * (start[1] + x[0] * start[2])
            return oracle.loglikelihood(y, *x[:4], x[4] if student else 0, b, mpmath.mp, x[5])

        x = tuple(mpmath.mpf(value) for value in point)

        def diff(*by):
            return float(mpmath.diff(f, x, tuple(by.count(i) for i in range(6)), h=mpmath.mpf(10) ** -12))

        expected = float(f(*x))
        slopes = np.zeros(6)
        curves = np.zeros((6, 6))
        for i in axes:
            slopes[i] = diff(i)
            for j in axes:
                curves[i, j] = diff(*sorted((i, j))) if i <= j else curves[j, i]
    value, gradient, hessian = derivatives(model_of(student), z, start, point)
    scale = np.abs(curves).max()
    assert value == pytest.approx(expected, rel=1e-13)
    np.testing.assert_allclose(gradient, slopes, rtol=1e-10, atol=1e-13 * scale)
    np.testing.assert_allclose(hessian, curves, rtol=1e-9, atol=1e-12 * scale)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 200), st.integers(0, 2**32 - 1), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0),
    st.floats(0.002, 0.48), st.booleans(),
)  # fmt: skip
def test_value_and_path_at_any_point(n, seed, p, s, q, eta, student):
    z = np.random.default_rng(seed).standard_t(4, n)
    alpha = 2 * p * s * (1 - q)
    point = np.array([0.1, 0.03, alpha, p * (1 - s), eta, 2 * p * s * q - alpha])
    start = np.array([0.9, 0.1, 0.2])
    b = 0.9 + 0.1 * (0.1 + 0.1 * 0.2)
    value, gradient, _ = derivatives(model_of(student), z, start, point)
    terms = oracle.terms(z, *point[:4], eta if student else 0, b, gamma=point[5])
    assert value == pytest.approx(sum(terms), rel=1e-11, abs=1e-11)
    variance, scores = np.empty(n + 1), np.empty((n, 6))
    _garch.path(model_of(student), z, start, point, variance, scores)
    np.testing.assert_allclose(variance, oracle.variances(z, *point[:4], b, point[5]), rtol=1e-12)
    np.testing.assert_allclose(scores.sum(axis=0), gradient, rtol=1e-9, atol=1e-9 * (1 + np.abs(scores).sum()))


def test_without_leverage_it_is_the_case_gamma_zero():
    z, point = np.random.default_rng(4).standard_t(5, 333), (0.05, 0.04, 0.06, 0.9, 0.2, 0.0)
    start = (1.1, 0.1, 0.3)
    for student in (True, False):
        one, other = (derivatives(model_of(student, leverage), z, start, point) for leverage in (True, False))
        assert one[0] == other[0]
        np.testing.assert_allclose(one[1][:5], other[1][:5], rtol=1e-12)
        np.testing.assert_allclose(one[2][:5, :5], other[2][:5, :5], rtol=1e-12)
        assert not other[1][5]
        assert not other[2][5].any()


@combinations
def test_the_maximum_by_its_definition(student, leverage, zero_mean, rule, targeting):
    """Value, next variance and the fixed parameters by the textbook recursion, and nothing nearby is higher."""
    y = 2.0 * oracle.simulate(800, 0.05, 0.06, 0.83, 6, 21, 0.12) + 0.1
    model = model_of(student, leverage, zero_mean, rule, targeting)
    best = fitted(model, y)[0]
    params = natural(best)
    assert best[STATUS] == 0
    assert loglikelihood(y, params, zero_mean, rule, student) == pytest.approx(
        best[VALUE] - len(y) * np.log(best[SCALE]), rel=1e-11
    )
    about = 0.0 if zero_mean else y.mean()
    b = oracle.first_variance(y, rule, params[0], about, GIVEN)
    h = oracle.variances(y, *params[:4], b, params[5])
    assert best[AHEAD] * best[SCALE] ** 2 == pytest.approx(h[-1], rel=1e-11)
    spread = np.mean((y - about) ** 2)
    assert best[SCALE] ** 2 == pytest.approx(spread, rel=1e-12)
    if zero_mean:
        assert params[0] == 0.0
    if targeting:
        assert params[1] == pytest.approx((1 - best[2]) * spread, rel=1e-12)
    if not leverage:
        assert params[5] == 0.0
    free = [i for i in range(6) if model.lower[i] < model.upper[i]]
    assert len(free) == 4 + student + leverage - zero_mean - targeting
    for i in free:
        for step in (-1e-3, 1e-3):
            moved = best.copy()
            moved[i] += step
            moved[1] = 1 - moved[2] if targeting else moved[1]
            assert loglikelihood(y, natural(moved), zero_mean, rule, student) < best[VALUE] - len(y) * np.log(best[SCALE])


@combinations
def test_the_unit_does_not_matter(student, leverage, zero_mean, rule, targeting):
    y = oracle.simulate(300, 0.05, 0.04, 0.85, 6, 22, 0.1) + 0.05
    one = natural(fitted(model_of(student, leverage, zero_mean, rule, targeting), y)[0])
    for unit in (1e-6, 1e6):
        other = natural(fitted(model_of(student, leverage, zero_mean, rule, targeting, unit), unit * y)[0])
        np.testing.assert_allclose(other, one * unit ** np.array([1.0, 2.0, 0.0, 0.0, 0.0, 0.0]), rtol=1e-9, atol=1e-300)


@combinations
def test_a_roll_is_a_fit_of_each_window(student, leverage, zero_mean, rule, targeting):
    y = oracle.simulate(340, 0.05, 0.04, 0.85, 6, 23, 0.12)
    model = model_of(student, leverage, zero_mean, rule, targeting)
    out = rolled(model, y, 300)
    singles = np.array([fitted(model, y[i : i + 300])[0] for i in range(0, 41, 8)])
    np.testing.assert_allclose(out[::8, VALUE], singles[:, VALUE], rtol=0, atol=1e-6)
    np.testing.assert_allclose(out[::8, AHEAD], singles[:, AHEAD], rtol=1e-5)


@pytest.mark.parametrize("leverage", [True, False])
@pytest.mark.parametrize("student", [True, False])
def test_any_width_of_register_gives_the_same_answer(student, leverage):
    y = oracle.simulate(400, 0.05, 0.04, 0.85, 5, 6, 0.1)
    widest = rolled(model_of(student, leverage, rule="fcp"), y, 203)
    for width in (1, 2, 4, 8):
        if width <= _garch.widest:
            other = rolled(model_of(student, leverage, rule="fcp", width=width), y, 203)
            np.testing.assert_allclose(other[:, :11], widest[:, :11], rtol=1e-9, atol=1e-9)  # all but the passes


@pytest.mark.parametrize("dist", ["t", "normal"])
@pytest.mark.parametrize("mean", ["Constant", "Zero"])
def test_arch_finds_no_higher_gjr(reference, dist, mean):
    """15 windows of 1,000 days of stocks; arch's likelihood is ours at its own estimate, its maximum is no higher.

    Where arch's estimate has a persistence above 1, by the tolerance of its solver, its likelihood may be.
    """
    table = pd.read_csv(reference / "dji30ret.csv.gz", index_col=0).to_numpy()
    model = model_of(dist == "t", zero_mean=mean == "Zero")
    far = []
    for number in range(0, 30, 2):
        y = np.ascontiguousarray(100 * table[100 * number : 100 * number + 1_000, number])
        peer = arch_model(y, mean=mean, p=1, o=1, q=1, dist=dist).fit(disp="off")
        best = fitted(model, y)[0]
        ours = best[VALUE] - 1_000 * np.log(best[SCALE])
        names = {"mu": 0, "omega": 1, "alpha[1]": 2, "beta[1]": 3, "gamma[1]": 5}
        theirs = np.zeros(6)
        for name, place in names.items():
            theirs[place] = peer.params.get(name, 0.0)
        theirs[4] = 1 / peer.params["nu"] if dist == "t" else 0.0
        assert loglikelihood(y, theirs, mean == "Zero", "ewma", dist == "t") == pytest.approx(peer.loglikelihood, rel=1e-9)
        if theirs[[2, 3, 5]] @ [1.0, 1.0, 0.5] <= 1.0:
            assert ours >= peer.loglikelihood - 1e-6
        if abs(ours - peer.loglikelihood) < 1e-4:
            far.append(np.abs(natural(best) - theirs)[[2, 3, 5]].max())
    assert len(far) >= 8
    assert max(far) < 0.01


def test_no_point_of_a_net_is_higher(reference):
    """Targeted variance; p, s and q on a net, mu and eta as estimated: the likelihood is nowhere above the maximum found."""
    table = pd.read_csv(reference / "dji30ret.csv.gz", index_col=0).to_numpy()
    net = list(itertools.product([0.3, 0.7, 0.9, 0.97, 0.99, 0.998], [0.0, 0.01, 0.05, 0.1, 0.3, 0.8], [0.0, 0.3, 0.7, 1.0]))
    for number in range(10):
        y = np.ascontiguousarray(table[300 * number : 300 * number + 500, 3 * number])
        best = fitted(model_of(targeting=True), y)[0]
        z = (y - best[MEAN]) / best[SCALE]
        b = oracle.ewma(z, 0.0)
        for p, s, q in net:
            alpha = 2 * p * s * (1 - q)
            point = (best[0], 1 - p, alpha, p - p * s, best[4], 2 * p * s * q - alpha)
            assert derivatives(model_of(), z, (b, 0.0, 0.0), point)[0] <= best[VALUE] + 1e-9


def test_only_searched_parameters_can_be_on_a_bound():
    y = oracle.simulate(1_000, 0.05, 0.06, 0.85, 6, 24, 0.08)
    assert fitted(model_of(student=False, zero_mean=True, targeting=True), y)[0, STATUS] == 0
    quiet = np.random.default_rng(2).normal(size=300)
    assert fitted(model_of(student=False, zero_mean=True, targeting=True), quiet)[0, STATUS] == 1


def test_targeting_stops_before_persistence_one():
    rng = np.random.default_rng(5)
    y = rng.normal(size=600) * np.exp(np.linspace(0.0, 12.0, 600))  # ever wilder
    best = fitted(model_of(targeting=True, leverage=False), y)[0]
    assert best[2] <= 1 - 1e-6
    assert best[1] == 1 - best[2] > 0.0
    assert best[STATUS] == 1


def test_a_zero_mean_takes_a_window_about_zero():
    y = np.full(200, 0.5)
    assert fitted(model_of(), y)[0, STATUS] == 3  # constant
    assert fitted(model_of(zero_mean=True), np.zeros(200))[0, STATUS] == 3
    best = fitted(model_of(zero_mean=True, student=False), y)[0]
    assert best[MEAN] == 0.0
    assert best[SCALE] == pytest.approx(0.5)


def test_a_start_variance_out_of_all_proportion_is_no_fit():
    y = 1e-9 * np.random.default_rng(1).normal(size=100)
    assert fitted(model_of(rule="given"), y)[0, STATUS] == 3
    assert fitted(model_of(rule="given", unit=1e-9), y)[0, STATUS] < 3
