"""What a test needs and does not find: a skip with its reason, and a failure where CI says that it must be there."""

import os
from typing import NoReturn

import pytest


def skip(reason: str) -> NoReturn:
    """Skip with a reason; in CI, which sets RISKKIT_BOOK_REQUIRED, what is missing is a failure."""
    if os.environ.get("RISKKIT_BOOK_REQUIRED"):
        pytest.fail(reason)
    pytest.skip(reason)
