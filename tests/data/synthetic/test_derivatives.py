import json
import os
import subprocess
import sys
from pathlib import Path
from time import process_time

import numpy as np
import pytest
from oracles import spot

from riskkit.data.synthetic.derivatives import calibration, piecewise_linear, remembered
from riskkit.data.synthetic.perpetuals import premium

ROOT = Path(__file__).parents[3]
# everything that the four files publish, from inputs that are the same bits everywhere, as one digest
EVERYTHING = """
import hashlib, sys
import numpy as np, pandas as pd
from riskkit.data.synthetic import chain, depth, perpetuals, portable, stablecoins, surface

shock = 1.5 * portable.normal(9, (0,), (6000,))
shock[4000] = -20.0
stress = 0.5 + 10.0 * np.square(portable.uniform(9, (1,), (6000,)))
hours = pd.date_range("2022-01-01", periods=6000, freq="h", tz="UTC")
digest = hashlib.sha256()
def add(*arrays):
    for array in arrays:
        digest.update(np.ascontiguousarray(array, dtype="<f8").tobytes())

path = perpetuals.premium(7, 3, shock, stress)
add(path, perpetuals.funding(path), *perpetuals.last_and_mark(100.0 * stress, path))
market = surface.surface(stress, 0.03 * shock, 7, 3)
add(market.at_the_money, market.long_run, market.skew, market.volatility(4000, np.linspace(-1.0, 1.0, 99), 0.2))
for symbol, event in (("USDT", None), ("USDC", 2000), ("UST", 2000)):
    for venue in stablecoins.VENUES:
        add(stablecoins.stablecoin(symbol, venue, hours, stress, 7, source="x", event=event))
for hour in range(5):
    book = depth.order_book(123.456 + hour, 0.8, 2.0, 1e8, seed=7, key=(3, hour))
    add(book[["price", "size", "cumulative_notional"]])
print(digest.hexdigest())
table = chain.chain(market, 4000, pd.Timestamp("2024-03-12"), 70_123.4, name="BTC", source="x")
print(hashlib.sha256(table.drop(columns=["expiry", "kind"]).to_numpy(dtype="<f8").tobytes()).hexdigest())
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__
print(sum(__cpu_features__[name] for name in __cpu_dispatch__), " ".join(__cpu_dispatch__))
"""


def run(**environment):
    done = subprocess.run(
        [sys.executable, "-c", EVERYTHING],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    published, options, features = done.stdout.splitlines()
    count, _, names = features.partition(" ")
    return published, options, int(count), names


@pytest.fixture(scope="module")
def here():
    return run()


def test_the_numbers_do_not_depend_on_what_the_processor_can_do(here):
    """NumPy without its faster instructions, and where it is glibc, a mathematical library without them."""
    published, options, _, names = here
    plain = run(
        NPY_DISABLE_CPU_FEATURES=names, GLIBC_TUNABLES="glibc.cpu.hwcaps=-AVX2,-FMA,-AVX512F,-AVX2_Usable,-FMA_Usable"
    )
    assert plain[2] == 0, "the instructions were not switched off"
    assert plain[:2] == (published, options)


def test_the_numbers_are_those_of_every_machine(here):
    assert here[0] == "036ad47c246c530c374e73d7877f3fa93337fbe6660529864ba001780b91bdce"


def test_eight_hourly_years_take_well_under_a_second():
    shock, stress = spot.hourly(1)
    start = process_time()
    premium(1, 0, shock, stress)
    assert process_time() - start < 0.8


def test_every_target_has_a_source_and_every_group_of_parameters_says_where_it_is_from():
    for name, target in calibration()["targets"].items():
        assert len(target["source"]) > 40, name
        assert target["values"], name
    for name, group in calibration()["model"].items():
        assert len(group["about"]) > 40, name


def test_the_calibration_is_the_file_beside_the_project():
    file = ROOT / "data" / "calibration_derivatives.json"
    assert dict(calibration()) == json.loads(file.read_text(encoding="utf-8"))


def test_the_line_agrees_with_numpys_and_is_flat_beyond_its_ends():
    knots, values = [-2.0, -0.5, 1.0, 4.0], [3.0, -1.0, -1.0, 8.0]
    x = np.linspace(-5.0, 7.0, 1001)
    np.testing.assert_allclose(piecewise_linear(x, knots, values), np.interp(x, knots, values), atol=1e-14)


def test_what_is_remembered_has_variance_1_and_the_memory_it_says():
    draws = np.array([remembered(seed, (0,), 2000, 20.0) for seed in range(60)])
    assert abs(draws[:, 0].std() - 1.0) < 0.3
    assert abs(draws.std() - 1.0) < 0.03
    assert abs(np.mean(draws[:, 20:] * draws[:, :-20]) - 0.95**20) < 0.04
