"""The kernels in the browser against those in Python: same sources, other compiler, other C library."""

import numpy as np
import pytest

from riskkit import backtest
from riskkit.core import law
from riskkit.widgets.static_page import page_engine
from riskkit_ext import _garch, _student

pytestmark = pytest.mark.browser
CLOSE = 1e-9
OPENED = """async ({ code, binary }) => {
    const engine = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
    return { ...engine, engine: await engine.openEngine(binary) };
}"""
WINDOW, WINDOWS = 300, 120


@pytest.fixture(scope="module")
def returns():
    rng = np.random.default_rng(11)
    shocks, variance, values = rng.standard_t(5, WINDOW + WINDOWS + 200) * np.sqrt(0.6), 1.0, []
    for shock in shocks:
        values.append(0.0003 + 0.01 * np.sqrt(variance) * shock)
        variance = 0.05 + (0.05 + 0.1 * (shock < 0.0)) * variance * shock**2 + 0.85 * variance
    return np.array(values[200:])


@pytest.fixture(scope="module")
def call(chromium, tmp_path_factory):
    """Evaluate an expression in a page opened from a file, where ``m`` is the engine's module and ``x`` the argument."""
    path = tmp_path_factory.mktemp("engine") / "page.html"
    path.write_text("<!doctype html>")
    context = chromium.new_context(offline=True)
    page = context.new_page()
    page.goto(path.as_uri())
    module = page.evaluate_handle(OPENED, page_engine())

    def evaluated(expression, argument=None):
        given = argument.tolist() if isinstance(argument, np.ndarray) else argument
        return page.evaluate(f"async ([m, x]) => {expression}", [module, given])

    yield evaluated
    context.close()


def optima(rows):
    return np.array(rows).reshape(-1, _garch.OPTIMUM_SIZE)


ROLLED = "[...(await m.engine.{name}(Float64Array.from(x), {window}, {options}))]"


def in_page(call, name, returns, options):
    return optima(call(ROLLED.format(name=name, window=WINDOW, options=options), returns))


@pytest.mark.parametrize("student", [True, False])
@pytest.mark.parametrize("leverage", [False, True])
def test_a_roll_of_garch_and_gjr(call, returns, student, leverage):
    found = in_page(call, "garchRoll", returns, f"{{student: {student}, leverage: {leverage}}}".lower())
    expected = np.empty((WINDOWS + 1, _garch.OPTIMUM_SIZE))
    workspace = np.empty(WINDOW * _garch.lanes)
    _garch.roll(_garch.Model(student, leverage), returns, 1, WINDOW, 0, len(expected), 25, workspace, expected)
    np.testing.assert_array_equal(found[:, -2], expected[:, -2])  # status
    # omega, alpha and the next variance, on which everything is built
    np.testing.assert_allclose(found[:, :-1], expected[:, :-1], rtol=CLOSE, atol=CLOSE)


def test_any_step_and_slices_of_any_size_give_the_same(call, returns):
    whole = in_page(call, "garchRoll", returns, "{}")
    parts = "await m.engine.garchRoll(Float64Array.from(x), 300, {step: 20, onPart: (o, first, last) => seen.push(last)})"
    rows, seen = call(f"{{ const seen = []; const rows = {parts}; return [[...rows], seen]; }}", returns)
    np.testing.assert_allclose(optima(rows)[0], whole[0], rtol=CLOSE)
    assert len(optima(rows)) == 7
    assert max(seen) == 7
    assert call("await m.engine.garchRoll(Float64Array.from(x), 300, {onPart: () => false})", returns) is None


def test_rolls_side_by_side_do_not_disturb_each_other(call, returns):
    started = "[1, 2].map((step) => m.engine.garchRoll(Float64Array.from(x), 300, { step }))"
    both = f"(await Promise.all({started})).map((o) => [...o])"
    one, two = (optima(rows) for rows in call(both, returns))
    np.testing.assert_array_equal(one, in_page(call, "garchRoll", returns, "{}"))
    np.testing.assert_array_equal(two, in_page(call, "garchRoll", returns, "{step: 2}"))


def test_where_no_worker_may_be_hired_the_page_works_alone(call, returns):
    """The same bits, in slices of its own."""
    forbidden = "globalThis.Worker = class { constructor() { throw new Error('forbidden'); } }"
    alone = "(await m.openEngine(x.binary)).garchRoll(Float64Array.from(x.returns), 300)"
    expression = (
        f"{{ const kept = Worker; {forbidden}; "
        f"try {{ return [...(await {alone})]; }} finally {{ globalThis.Worker = kept; }} }}"
    )
    rows = call(expression, page_engine() | {"returns": returns.tolist()})
    np.testing.assert_array_equal(optima(rows), in_page(call, "garchRoll", returns, "{}"))


def test_the_maxima_of_one_sample(call, returns):
    found = optima(call("(await m.engine.garchFit(Float64Array.from(x))).map((row) => [...row])", returns))
    expected = np.empty((_garch.most_starts, _garch.OPTIMUM_SIZE))
    _garch.fit(_garch.Model(True), returns, np.empty(len(returns) * _garch.lanes), expected)
    expected = expected[expected[:, -2] < 3]
    np.testing.assert_allclose(found[0, :-1], expected[0, :-1], rtol=CLOSE, atol=CLOSE)
    np.testing.assert_allclose(found[:, 6], expected[:, 6], rtol=1e-7)  # rivals are known to fewer digits


@pytest.mark.parametrize("leverage", ["false", "true"])
def test_the_path_of_the_variance_ends_where_the_fit_says(call, returns, leverage):
    expression = (
        "{ const y = Float64Array.from(x), options = {leverage: FLAG}; const row = m.engine.garchFit(y, options)[0];"
        " return [[...m.engine.garchVariance(y, row, options)], m.garchParameters(row, m.engine.size).sigma[0],"
        " Object.values(m.garchParameters(row, m.engine.size)).map((one) => one[0])]; }"
    )
    variance, sigma, (mu, omega, alpha, gamma, beta, *_) = call(expression.replace("FLAG", leverage), returns)
    assert len(variance) == len(returns) + 1
    assert variance[-1] == pytest.approx(sigma**2, rel=CLOSE)
    shock, before = returns - mu, np.array(variance[:-1])
    stepped = omega + (alpha + gamma * (shock < 0.0)) * shock**2 + beta * before
    np.testing.assert_allclose(variance[1:], stepped, rtol=CLOSE)


def test_a_roll_of_student(call, returns):
    found = in_page(call, "studentRoll", returns, "{}")
    expected = np.empty((WINDOWS + 1, _student.OPTIMUM_SIZE))
    _student.roll(returns, 1, WINDOW, 0, len(expected), 50, np.empty(WINDOW * _student.lanes), expected)
    np.testing.assert_allclose(found[:, [0, 1, 2, -4, -3, -2]], expected[:, [0, 1, 2, -4, -3, -2]], rtol=CLOSE, atol=CLOSE)


@pytest.mark.parametrize("level", [0.501, 0.75, 0.9, 0.95, 0.975, 0.99, 0.995, 0.999, 0.9999])
def test_tail_factors_against_scipy(call, level):
    eta = np.concatenate(
        [[1e-6, 1e-4], np.linspace(0.9, 0.01, 40), 1.0 / np.array([1.0527, 1.2, 2.05, 3.0, 4.0, 7.5, 30.0, 200.0, 500.0])]
    )
    found = call(f"m.engine.tailFactors({level}, Float64Array.from(x)).slice(0, 2).map((one) => [...one])", eta)
    np.testing.assert_allclose(found, law.tail_factors_each(level, 1.0 / eta), rtol=CLOSE)
    backwards = call(f"m.engine.tailFactors({level}, Float64Array.from(x)).slice(0, 2).map((one) => [...one])", eta[::-1])
    np.testing.assert_allclose(
        np.array(backwards)[:, ::-1], found, rtol=1e-11
    )  # F is rounded, and the tail beyond it is small
    normal = call(f"m.engine.tailFactors({level}, new Float64Array(1)).slice(0, 2).map((one) => one[0])")
    np.testing.assert_allclose(normal, law.tail_factors(level), rtol=CLOSE)


# days, level, and how often quiet days (0) and breaches (1) followed which; whether the first day is a breach
COUNTS = [
    (1_000, 0.99, 978, 10, 10, 1),
    (1_000, 0.99, 999, 0, 0, 0),
    (1_000, 0.9, 820, 80, 80, 19),
    (1_000, 0.9, 880, 40, 40, 39),
    (250, 0.99, 236, 6, 6, 1),
    (260, 0.999, 258, 1, 0, 0),
    (260, 0.95, 0, 0, 0, 259),
    (100, 0.901, 70, 12, 13, 4),
    (2, 0.975, 0, 1, 0, 0),
]


@pytest.mark.parametrize(("days", "level", "n00", "n01", "n10", "n11"), COUNTS)
def test_exact_p_values(call, days, level, n00, n01, n10, n11):
    breaches = max(n01, n10) + n11 + (n01 == n10 == 0 and n11 > 0)
    counts = (breaches, n00, n01, n10, n11)
    expected = [
        backtest.unconditional_coverage(breaches, days, level).p_exact,
        backtest.independence(*counts).p_exact,
        backtest.conditional_coverage(*counts, level=level).p_exact,
    ]
    breach = round(1.0 - level, 15)
    found = call(f"m.engine.coverage({days}, {breach!r}, {', '.join(map(str, counts))})")
    np.testing.assert_allclose(found, expected, rtol=CLOSE, atol=1e-13)
    light = backtest.traffic_light_zone(breaches, days, level).cumulative_probability
    assert call(f"m.engine.cumulative({days}, {breach!r}, {breaches})") == pytest.approx(light, rel=CLOSE)
