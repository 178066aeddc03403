"""Names that every docstring example may use without importing them, as numpydoc has it."""

import numpy as np
import pandas as pd
import pytest

import riskkit


@pytest.fixture(autouse=True)
def _example_names(doctest_namespace: dict[str, object]) -> None:
    doctest_namespace.update(np=np, pd=pd, rk=riskkit)
