"""How a risk model reads its history."""

import numpy as np
import pandas as pd
import pytest

from riskkit import DataError
from riskkit.core import FitStatus, targets, total_loss


def test_total_loss_is_minus_the_row_sum():
    frame = pd.DataFrame({"a": [0.01, -0.02], "b": [0.5, -0.25]})
    assert total_loss(frame).tolist() == [-0.51, 0.27]
    assert total_loss(frame["b"]).tolist() == [-0.5, 0.25]
    assert total_loss(frame).name == "loss"


@pytest.mark.parametrize(("window", "step"), [(1, 1), (3, 1), (3, 4), (9, 1), (5, 100)])
def test_targets_have_a_full_window_before_them(window, step):
    index = pd.date_range("2024-01-01", periods=10)
    dates = targets(index, window, step)
    rows = index.get_indexer(dates)
    assert rows[0] == window
    assert (np.diff(rows) == step).all()
    assert rows[-1] + step >= 10


@pytest.mark.parametrize(("window", "step"), [(0, 1), (3, 0), (10, 1), (11, 1), (3.0, 1), (3, True)])
def test_targets_refuse(window, step):
    with pytest.raises(DataError):
        targets(pd.RangeIndex(10), window, step)


def test_total_loss_refuses():
    with pytest.raises(DataError, match="too short"):
        total_loss(pd.Series([0.1]), least=2)
    with pytest.raises(DataError, match="first at 1"):
        total_loss(pd.DataFrame({"a": [0.1, np.nan], "b": [0.1, 0.2]}))


def test_status_prints_as_its_words():
    assert [str(status) for status in FitStatus] == ["ok", "at a bound", "not converged", "failed"]
