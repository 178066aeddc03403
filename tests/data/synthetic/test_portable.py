import os
import subprocess
import sys

import numpy as np
import pytest
from scipy import special, stats

from riskkit.data.synthetic import portable

UNIFORM = portable.uniform(1, (0,), (200_000,))


def test_the_three_functions_have_sixteen_digits():
    np.testing.assert_allclose(portable.log(UNIFORM), np.log(UNIFORM), rtol=1e-15)
    np.testing.assert_allclose(
        portable.log([2.0**-1000, 1e-9, 0.5, 1.0, 3.0, 1e300]), np.log([2.0**-1000, 1e-9, 0.5, 1, 3, 1e300]), rtol=1e-15
    )
    x = np.linspace(-700.0, 700.0, 100_001)
    np.testing.assert_allclose(portable.exp(x), np.exp(x), rtol=1e-15)
    np.testing.assert_allclose(portable.normal_quantile(UNIFORM), special.ndtri(UNIFORM), rtol=2e-15)
    tail = np.array([2.0**-53, 1e-12, 1e-8, 0.074, 0.076, 0.924, 0.926, 1.0 - 2.0**-53])
    np.testing.assert_allclose(portable.normal_quantile(tail), special.ndtri(tail), rtol=3e-15)


def test_uniform_numbers_depend_on_seed_and_key_alone():
    assert portable.uniform(1, (0,), (10,)).tolist() == UNIFORM[:10].tolist()
    assert portable.uniform(1, (0,), (5, 2)).ravel().tolist() == UNIFORM[:10].tolist()
    others = [portable.uniform(*given, (10,)) for given in [(2, (0,)), (1, (1,)), (1, (0, 0))]]
    assert all(abs(other - UNIFORM[:10]).min() > 0.0 for other in others)


def test_uniform_numbers_are_uniform_and_never_0_or_1():
    assert stats.kstest(UNIFORM, "uniform").pvalue > 0.01
    assert UNIFORM.min() > 0.0
    assert UNIFORM.max() < 1.0
    assert abs(np.corrcoef(UNIFORM[1:], UNIFORM[:-1])[0, 1]) < 0.01


@pytest.mark.parametrize("degrees", [3, 4, 5, 10])
def test_student_scale_makes_student_t(degrees):
    normals = portable.normal(1, (3,), (100_000, 1))
    scaled = (normals * portable.student_scale(1, (2,), 100_000, [degrees]))[:, 0]
    unit = np.sqrt(degrees / (degrees - 2.0))
    assert stats.kstest(scaled * unit, "t", args=(degrees,)).pvalue > 0.01


def test_autoregression_by_hand():
    path = portable.autoregression(np.array([[1.0], [0.0], [2.0]]), 0.5, start=4.0)
    assert path.ravel().tolist() == [3.0, 1.5, 2.75]


def test_rounded_keeps_six_significant_digits():
    prices = np.exp(np.random.default_rng(1).uniform(np.log(1e-9), np.log(9e5), 5_000))
    rounded = portable.rounded(prices)
    assert rounded.tolist() == [float(f"{price:.6g}") for price in prices]
    np.testing.assert_array_equal(portable.rounded(rounded), rounded)


PROGRAM = """
import hashlib, numpy as np, riskkit as rk
market, digest = rk.data.SyntheticMarket(3), hashlib.sha256()
for table in (
    market.prices("crypto"), market.bars("DOGE", "1h"), market.bars("LUNA-2", "1d"), market.bars("ETH-PERP", "1h"),
    market.funding("BTC-PERP"), market.bars("UST@south", "1h"),
):
    digest.update(np.ascontiguousarray(table.to_numpy()).astype("<f8").tobytes())
print(digest.hexdigest())
"""


def _bits(**environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_a_processor_without_wide_registers_gives_the_same_bits():
    from numpy._core._multiarray_umath import __cpu_dispatch__ as wide

    plain = _bits(NPY_DISABLE_CPU_FEATURES=" ".join(wide))
    assert plain == _bits()
    assert plain == "72d850ff5e8532abaeeb7f33d9fd1f3ffdfba5e6690dd36c1f20a47d89be0d12\n"
