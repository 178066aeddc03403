"""The kernel of the empirical copula: the edges of its integers, and what it refuses."""

import numpy as np
import pytest

from riskkit_ext import _empirical_copula


def run(place, first, below, *, shift=32_768):
    place = np.array(place) - shift
    count = np.full(len(first), -1, dtype=np.int64)
    below = np.array(below).reshape(len(first), -1) - shift
    _empirical_copula.draws_below(
        np.ascontiguousarray(place.astype(np.int16)), np.array(first, dtype=np.int64), below.astype(np.int16), count
    )
    return count.tolist()


def test_every_count_up_to_the_largest_number_of_draws():
    draws = 65_535
    place = np.arange(draws)[np.newaxis]
    assert run(place, [draws, draws, draws, 0, 40_000], [draws, 0, 1, draws, 33_000]) == [draws, 0, 1, 0, 33_000]
    assert run(place[:, ::-1], [40_000], [33_000]) == [40_000 + 33_000 - draws]


@pytest.mark.parametrize("draws", [1, 7, 1023, 1024, 1025, 3000])
@pytest.mark.parametrize("others", [1, 2, 6])
def test_equals_numpy(draws, others):
    rng = np.random.default_rng(draws)
    place = np.array([rng.permutation(draws) for _ in range(others)])
    first, below = rng.integers(0, draws + 1, 50), rng.integers(0, draws + 1, (50, others))
    expected = [
        int((place[:, :stop] < bound[:, np.newaxis]).all(axis=0).sum()) for stop, bound in zip(first, below, strict=True)
    ]
    assert run(place, first, below) == expected


@pytest.mark.parametrize(
    ("place", "first", "below", "count"),
    [
        ((1, 70_000), 3, (3, 1), 3),
        ((0, 5), 3, (3, 0), 3),
        ((1, 5), 3, (2, 1), 3),
        ((1, 5), 3, (3, 2), 3),
        ((1, 5), 3, (3, 1), 2),
    ],
)
def test_refuses_arrays_that_do_not_fit(place, first, below, count):
    with pytest.raises(ValueError, match="do not fit"):
        _empirical_copula.draws_below(
            np.zeros(place, np.int16), np.zeros(first, np.int64), np.zeros(below, np.int16), np.zeros(count, np.int64)
        )


@pytest.mark.parametrize("first", [-1, 6])
def test_refuses_to_read_outside(first):
    with pytest.raises(ValueError, match="of 5 draws"):
        run(np.arange(5)[np.newaxis], [first], [2])
