"""What the maximum-likelihood fits of all models share: their outcomes, the data they refuse, the inverse of a curvature."""

import numpy as np

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core.status import FitStatus
from riskkit.errors import DataError

STATUSES = (FitStatus.OK, FitStatus.BOUND, FitStatus.NOT_CONVERGED, FitStatus.FAILED)  # in the kernels' order
STEEP = 1e-4  # an optimum from which the log-likelihood rises faster, per standard error, is none


def refuse_unusable(name: str, values: FloatArray) -> None:
    """Refuse a constant series, and one whose variance would underflow or overflow."""
    largest = checks.varied(name, values)
    if not 1e-100 < largest < 1e100:
        raise DataError(
            f"{name} is out of range", got=f"largest magnitude {largest:g}", expected="between 1e-100 and 1e100",
            remedy="rescale the series",
        )  # fmt: skip


def positive_inverse(matrix: FloatArray) -> FloatArray:
    """Return the inverse of a positive definite matrix; NaN when it is not one."""
    try:
        root = np.linalg.inv(np.linalg.cholesky(matrix))
    except np.linalg.LinAlgError:
        return np.full_like(matrix, np.nan)
    return root.T @ root
