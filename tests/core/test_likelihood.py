"""What the fits share: refused data, outcomes in words, the inverse of a curvature."""

import numpy as np
import pytest

from riskkit.core import FitStatus
from riskkit.core.likelihood import STATUSES, positive_inverse, refuse_unusable
from riskkit.core.status import REACHED
from riskkit.errors import DataError


def test_statuses_stand_in_the_order_of_the_kernels():
    header = [FitStatus.OK, FitStatus.BOUND, FitStatus.NOT_CONVERGED, FitStatus.FAILED]
    assert list(STATUSES) == header
    assert {"ok", "at a bound"} == REACHED


@pytest.mark.parametrize(
    ("values", "message"), [([1.0, 1.0], "constant"), ([1e-120, 0.0], "range"), ([1e120, 0.0], "range")]
)
def test_what_cannot_be_fitted_is_refused(values, message):
    with pytest.raises(DataError, match=message):
        refuse_unusable("returns", np.array(values))


def test_inverse_of_a_positive_matrix_and_of_none():
    matrix = np.array([[4.0, 1.0], [1.0, 3.0]])
    np.testing.assert_allclose(positive_inverse(matrix) @ matrix, np.eye(2), atol=1e-15)
    assert np.isnan(positive_inverse(-matrix)).all()
