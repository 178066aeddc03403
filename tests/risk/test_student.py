"""The Student-t risk model: the fast lane equals calling it day by day."""

import numpy as np
import pandas as pd
import pytest

from riskkit.errors import DataError
from riskkit.risk.student import StudentModel


@pytest.fixture(scope="module")
def history():
    days = pd.date_range("2021", periods=330, tz="UTC")
    return pd.DataFrame(0.01 * np.random.default_rng(1).standard_t(4, (330, 2)), days, ["a", "b"])


@pytest.mark.parametrize("level", [0.95, 0.99])
def test_roll_equals_call(history, level):
    model = StudentModel()
    frame = model.roll(history, 250, 2, level)
    assert frame.index.equals(history.index[250::2])
    for number in range(len(frame)):
        losses = model(history.iloc[2 * number : 2 * number + 250])
        assert frame["var"].iloc[number] == pytest.approx(losses.var(level), rel=1e-9)
        assert frame["es"].iloc[number] == pytest.approx(losses.es(level), rel=1e-9)


def test_refused(history):
    with pytest.raises(DataError, match="too short"):
        StudentModel()(history.iloc[:5])
    flat = history.copy()
    flat.iloc[100:200] = 0.0
    with pytest.raises(DataError, match="constant in the window before 2021-06-10"):
        StudentModel().roll(flat, 60)
