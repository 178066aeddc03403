"""One path to many cores: the same answers on one and on four."""

import numpy as np
import pytest
from joblib import parallel_config

from riskkit import DataError, LossDistribution, parallel, rng


def simulated_es(key):
    """A task as the library writes them: pure, and random only through its key."""
    return LossDistribution(rng.child(42, key).standard_t(3, 500)).es(0.975)


def failing(key):
    if key == 2:
        raise DataError("this one fails", got=key)
    return key


def test_same_bits_on_one_and_on_four_workers():
    keys = list(range(8))
    alone = [simulated_es(key) for key in keys]
    assert parallel.compute(simulated_es, keys, workers=1) == alone
    for backend in ("threading", "loky"):
        with parallel_config(backend=backend):
            assert parallel.compute(simulated_es, keys, workers=4) == alone


def test_a_result_that_comes_from_another_process_is_still_frozen():
    with parallel_config(backend="loky"):
        (losses,) = parallel.compute(LossDistribution, [[1.0, 2.0]], workers=2)
    with pytest.raises(ValueError, match="read-only"):
        losses.components[0] = 5.0


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_comes_back_as_it_was(workers):
    with pytest.raises(DataError, match="this one fails; got 2"):
        parallel.compute(failing, range(4), workers=workers)


def test_no_keys_no_answers():
    assert parallel.compute(abs, [], workers=2) == []


@pytest.mark.parametrize("workers", [0, -1, 1.0, True])
def test_refuses_a_number_of_workers(workers):
    with pytest.raises(DataError, match="workers"):
        parallel.compute(abs, [1], workers=workers)


def test_progress_is_shown_only_when_asked(capsys):
    parallel.compute(abs, [1, 2], workers=1)
    assert capsys.readouterr() == ("", "")
    parallel.compute(abs, np.arange(3), workers=1, label="days")
    shown = capsys.readouterr()
    assert shown.out == ""
