"""Component GARCH: two identities and what its parameters may be."""

import numpy as np
import pandas as pd
import pytest
from oracles import garch as twin

from riskkit.volatility import Garch
from riskkit.volatility.component import ComponentGarch
from riskkit.volatility.specification import filtered_states


@pytest.fixture(scope="module")
def shocks():
    return twin.simulate(600, 0.05, 0.1, 0.85, 6, 7)


def variances(values, **params):
    named = pd.Series({"mu": 0.0, **params})
    return filtered_states(ComponentGarch("normal"), named, values, np.empty((len(values), 0)), np.array([1.2, 0.9]))[:, 0]


def test_it_is_a_garch_2_2(shocks):
    """Substituting q out of Engle and Lee's two equations leaves a GARCH(2,2)."""
    rho, varphi, alpha, beta, omega = 0.98, 0.05, 0.07, 0.8, 0.01
    h = variances(shocks, omega=omega, rho=rho, varphi=varphi, alpha=alpha, beta=beta)
    square = shocks**2
    constant = omega * (1.0 - alpha - beta)
    expected = (
        constant
        + (alpha + varphi) * square[1:]
        - (varphi * (alpha + beta) + alpha * rho) * square[:-1]
        + (rho + beta - varphi) * h[1:-1]
        + (varphi * (alpha + beta) - beta * rho) * h[:-2]
    )
    np.testing.assert_allclose(h[2:], expected, rtol=1e-11)


def test_a_long_run_that_does_not_move_leaves_garch(shocks):
    """varphi = 0 and q at its level: a GARCH(1,1) whose stationary variance is that level."""
    alpha, beta, rho, level = 0.1, 0.8, 0.95, 0.9
    h = variances(shocks, omega=level * (1.0 - rho), rho=rho, varphi=0.0, alpha=alpha, beta=beta)
    expected = [1.2]
    for shock in shocks:
        expected.append(level * (1.0 - alpha - beta) + alpha * shock**2 + beta * expected[-1])
    np.testing.assert_allclose(h, expected, rtol=1e-12)


def test_it_fits_no_worse_than_the_garch_inside_it(shocks):
    """GARCH with a target is the component model whose long run never leaves the sample variance."""
    series = pd.Series(shocks)
    inside = Garch("t", start="sample", targeting=True).fit(series)
    component = ComponentGarch("t", start="sample").fit(series)
    assert component.loglikelihood >= inside.loglikelihood - 1e-8
    omega, rho, varphi, alpha, beta = component.params[["omega", "rho", "varphi", "alpha", "beta"]]
    assert omega > 0.0
    assert 0.0 <= alpha + beta <= rho + 1e-12 <= 1.0 + 1e-12
    assert 0.0 <= varphi <= beta + 1e-12
