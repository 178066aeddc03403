"""The kernel of option prices: its normal law, its registers, many scenarios, and what it refuses."""

import ctypes
import shutil
import subprocess
from pathlib import Path

import mpmath
import numpy as np
import pytest
from oracles import black76 as oracle

from riskkit_ext import _black76 as kernel

INCLUDE = Path(__file__).parents[2] / "riskkit_ext" / "include"
WIDTHS = [width for width in (2, 4, 8) if width <= kernel.widest]
ONE = np.ones(1)


def options(n, seed=1):
    """Forward, strike, years, volatility, sign, discount."""
    random = np.random.default_rng(seed)
    forward = 60_000 * np.exp(0.1 * random.standard_normal(n))
    strike = forward * np.exp(random.uniform(-1.0, 1.0, n))
    sign = np.where(random.random(n) < 0.5, 1.0, -1.0)
    return [forward, strike, random.uniform(0.01, 2.0, n), random.uniform(0.2, 1.5, n), sign, random.uniform(0.8, 1.1, n)]


def every(inputs, width=0):
    n = max(map(len, inputs))
    out = np.full((len(kernel.OUTPUTS), n), np.nan)
    assert kernel.greeks(*inputs, out, False, width)
    return dict(zip(kernel.OUTPUTS, out, strict=True))


def test_the_normal_law_has_its_digits():
    z = np.concatenate([np.linspace(-0.3, 12.0, 400), np.geomspace(12.0, 37.0, 60), [1e3, 1e8, 1e100]])
    density, mills, decline = np.empty((3, len(z)))
    kernel.normal(z, density, mills, decline)
    with mpmath.workdps(60):
        for k, x in enumerate(map(mpmath.mpf, z)):
            # far out erfc and exp leave the range of any number; there Y = 1/x - 1/x^3 + 3/x^5 - ...
            near = x < 100
            exact = mpmath.ncdf(-x) / mpmath.npdf(x) if near else 1 / x - 1 / x**3 + 3 / x**5
            slope = 1 - x * exact if near else 1 / x**2 - 3 / x**4 + 15 / x**6
            assert mills[k] == pytest.approx(float(exact), rel=1e-15 if x < 20 else 2e-15, abs=0)
            assert decline[k] == pytest.approx(float(slope), rel=1e-14, abs=0)
            assert density[k] == pytest.approx(float(mpmath.npdf(x)), rel=4e-16 * (2 + z[k] ** 2), abs=0)


def test_the_logarithm_of_a_ratio_has_its_digits_near_one_too():
    random = np.random.default_rng(1)
    b = np.exp(random.uniform(-200, 200, 600))
    a = b * np.exp(np.concatenate([random.uniform(-1e-9, 1e-9, 300), random.uniform(-20, 20, 300)]))
    out = np.empty(600)
    kernel.log_ratio(a, b, out)
    with mpmath.workdps(40):
        exact = [float(mpmath.log(mpmath.mpf(x) / mpmath.mpf(y))) for x, y in zip(a, b, strict=True)]
    np.testing.assert_allclose(out, exact, rtol=5e-16)
    kernel.log_ratio(b, b, out)
    assert not out.any()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("n", [1, 7, 8, 255, 256, 257, 1_000])
def test_prices_are_those_of_numpy_in_registers_of_every_width(n, width):
    inputs = options(n)
    expected = inputs[5] * oracle.numpy_black76(*inputs[:5])
    np.testing.assert_allclose(every(inputs, width)["price"], expected, rtol=0, atol=1e-14 * inputs[0].max())


def test_the_widths_agree():
    inputs = options(20_000)
    narrow = every(inputs, 2)
    for width in WIDTHS[1:]:
        wide = every(inputs, width)
        assert np.abs(wide["price"] - narrow["price"]).max() <= 1e-15 * inputs[1].max()
        for name in kernel.OUTPUTS:
            scale = np.abs(narrow[name]).max()
            np.testing.assert_allclose(wide[name], narrow[name], rtol=0, atol=2e-15 * scale, err_msg=name)


def test_a_number_stands_for_all_and_the_rows_asked_for_are_written():
    inputs = options(700)
    inputs[2], inputs[5] = np.array([0.5]), np.array([0.97])
    spread = [np.broadcast_to(values, 700).copy() for values in inputs]
    whole, laid = every(inputs), every(spread)
    out, price = np.empty((2, 700)), np.empty(700)
    assert kernel.greeks(*inputs, out, which=("theta", "vega"))
    assert kernel.prices(*inputs, price)
    np.testing.assert_array_equal(out, [whole["theta"], whole["vega"]])
    np.testing.assert_array_equal(price, whole["price"])
    for name in kernel.OUTPUTS:
        np.testing.assert_array_equal(whole[name], laid[name])


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("count", "scenarios"), [(1, 1), (3, 1_023), (2, 2_050)])
def test_scenarios_are_many_prices(count, scenarios, width):
    random = np.random.default_rng(2)
    forward = 60_000 * np.exp(0.2 * random.standard_normal(scenarios))
    volatility = 0.6 * np.exp(0.3 * random.standard_normal(scenarios))
    volatility[0] = 0.0
    strike, years = 60_000 * np.exp(random.uniform(-0.5, 0.5, count)), random.uniform(0.0, 1.0, count)
    years[0] = 0.0 if count > 1 else 0.3
    sign, factor = np.where(random.random(count) < 0.5, 1.0, -1.0), random.standard_normal(count)
    expected = np.empty((count, scenarios))
    for row in range(count):
        terms = [np.array([x]) for x in (strike[row], years[row])]
        assert kernel.prices(forward, *terms, volatility, sign[row : row + 1], ONE, expected[row])
    expected *= factor[:, None]
    total, single = np.ones(scenarios), np.ones(scenarios)
    assert kernel.revalue(forward, volatility, strike, years, sign, factor, total, width)
    for row in range(count):
        one = slice(row, row + 1)
        assert kernel.revalue(forward, volatility, strike[one], years[one], sign[one], factor[one], single, width)
    bound = 2e-14 * forward.max() * np.abs(factor).sum()
    np.testing.assert_allclose(total - 1, expected.sum(axis=0), rtol=0, atol=bound)
    np.testing.assert_allclose(single, total, rtol=0, atol=bound)


def test_a_scaled_forward_is_a_strike_and_a_scaled_volatility_a_time():
    forward, volatility = np.linspace(40e3, 80e3, 50), np.linspace(0.3, 1.2, 50)
    out, expected = np.zeros(50), np.zeros(50)
    kernel.revalue(1.1 * forward, 1.3 * volatility, *np.array([[6e4], [0.5], [-1.0], [2.0]]), expected)
    kernel.revalue(forward, volatility, *np.array([[6e4 / 1.1], [0.5 * 1.3**2], [-1.0], [2.0 * 1.1]]), out)
    np.testing.assert_allclose(out, expected, rtol=1e-12)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("normal", [False, True])
def test_implied_volatilities_are_the_same_in_registers_of_every_width(normal, width):
    inputs = options(3_000)
    inputs[3] *= 60_000.0 if normal else 1.0
    price, found, resolution, status = np.empty(3_000), np.empty(3_000), np.empty(3_000), np.empty(3_000, np.int8)
    assert kernel.prices(*inputs, price, normal)
    kernel.implied(*inputs[:3], price, *inputs[4:], found, resolution, status, normal, width)
    good = status == kernel.STATUSES["ok"]
    assert good.mean() > 0.95
    assert np.all(np.abs(found / inputs[3] - 1)[good] <= 5e-15 + 10 * resolution[good])


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("bad", [np.nan, np.inf, -1.0])
def test_what_is_outside_the_domain_is_told(number, bad):
    inputs = options(300)
    inputs[number][299] = bad
    assert not kernel.prices(*inputs, np.empty(300))
    if number != 3 or np.isnan(bad):
        assert not kernel.prices(*inputs, np.empty(300), True) or (number < 2 and bad == -1.0)
    forward, strike, years, volatility, sign, _ = inputs
    assert not kernel.revalue(forward, volatility, strike, years, sign, np.ones(300), np.zeros(300))


def test_what_does_not_fit_together_is_refused():
    inputs = options(5)
    with pytest.raises(ValueError, match="input 1 has 4 numbers; expected 5, or 1"):
        kernel.prices(inputs[0], inputs[1][:4], *inputs[2:], np.empty(5))
    with pytest.raises(ValueError, match="input 0 has 0 numbers"):
        kernel.prices(inputs[0][:0], *inputs[1:], np.empty(5))
    with pytest.raises(ValueError, match="nothing to compute"):
        kernel.prices(*inputs, np.empty(0))
    with pytest.raises(ValueError, match="rows of results"):
        kernel.greeks(*inputs, np.empty((3, 5)))
    with pytest.raises(ValueError, match="not in tuple"):
        kernel.greeks(*inputs, np.empty((1, 5)), which=("colour",))
    with pytest.raises(ValueError, match="2 volatilities"):
        kernel.implied(*inputs, np.empty(2), np.empty(5), np.empty(5, np.int8))
    forward, strike, years, volatility, sign, _ = inputs
    with pytest.raises(ValueError, match="4 times"):
        kernel.revalue(forward, volatility, strike, years[:4], sign, np.ones(5), np.zeros(5))
    with pytest.raises(ValueError, match="4 results"):
        kernel.revalue(forward, volatility, strike, years, sign, np.ones(5), np.zeros(4))
    frozen = np.zeros(5)
    frozen.setflags(write=False)
    with pytest.raises(ValueError, match="read-only"):
        kernel.prices(*inputs, frozen)
    for values in inputs:
        values.setflags(write=False)
    assert kernel.prices(*inputs, np.empty(5))


def test_nothing_to_revalue():
    empty, total = np.empty(0), np.ones(4)
    assert kernel.revalue(np.ones(4), np.ones(4), empty, empty, empty, empty, total)
    assert kernel.revalue(empty, empty, ONE, ONE, ONE, ONE, np.empty(0))
    np.testing.assert_array_equal(total, 1.0)


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_plain_doubles_agree(tmp_path):
    """What a compiler without vector types makes of the same headers."""
    source, library = tmp_path / "plain.c", tmp_path / "plain.so"
    source.write_text(
        """#include "bachelier.h"
        uint64_t prices(const double *const *in, const int64_t *step, int64_t n, double *const *out) {
            return black_values(in, step, n, out, black_widest());
        }"""
    )
    plain = ["-O2", "-std=c11", "-Wall", "-Werror", "-Wno-unused-function", "-DRISKKIT_PLAIN_DOUBLES"]
    subprocess.run(["cc", *plain, "-shared", "-fPIC", f"-I{INCLUDE}", source, "-o", library, "-lm"], check=True)
    inputs, n = options(500), 500
    out = np.empty((len(kernel.OUTPUTS), n))
    address = ctypes.c_void_p
    pointers = (address * 6)(*[values.ctypes.data for values in inputs])
    results = (address * len(out))(*[row.ctypes.data for row in out])
    call = ctypes.CDLL(str(library)).prices
    call.restype = ctypes.c_uint64
    assert call(pointers, (ctypes.c_int64 * 6)(*[1] * 6), ctypes.c_int64(n), results) == 0
    for name, row, expected in zip(kernel.OUTPUTS, out, every(inputs, 2).values(), strict=True):
        np.testing.assert_allclose(row, expected, rtol=0, atol=2e-15 * np.abs(expected).max(), err_msg=name)
