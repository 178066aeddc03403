"""Random numbers: the same bits wherever they are drawn."""

import numpy as np
import pytest

from riskkit import DataError, rng


def test_a_seed_is_a_generator_and_a_generator_itself():
    assert rng.generator(3).random() == np.random.default_rng(3).random()
    mine = np.random.default_rng(3)
    assert rng.generator(mine) is mine
    assert rng.generator(np.int64(3)).random() == np.random.default_rng(3).random()


@pytest.mark.parametrize("wrong", [None, -1, 1.0, "1", True, np.random.RandomState(1), np.random.SeedSequence(1)])
def test_refuses_other_sources(wrong):
    for function in (rng.generator, rng.entropy):
        with pytest.raises(DataError, match="rng=1"):
            function(wrong)


def test_entropy_of_a_seed_is_the_seed_and_of_a_generator_its_next_bits():
    assert rng.entropy(7) == 7
    mine = np.random.default_rng(7)
    first, second = rng.entropy(mine), rng.entropy(mine)
    assert first != second
    assert first == rng.entropy(np.random.default_rng(7))


def test_children_are_a_pure_function_of_seed_and_key():
    """Independent of the order in which they are made: the streams of numpy's spawned children."""
    backwards = [rng.child(5, key).random() for key in reversed(range(4))][::-1]
    spawned = [np.random.default_rng(seed).random() for seed in np.random.SeedSequence(5).spawn(4)]
    assert backwards == spawned
    drawn = {rng.child(seed, *key).random() for seed in (1, 2) for key in [(), (0,), (1,), (0, 0), (0, 1), (1, 0)]}
    assert len(drawn) == 12
