"""The error tree."""

import pickle

import pytest

from riskkit import ConvergenceError, DataError, FactorError, ModelError, RiskKitError, errors

TREE = {DataError: ValueError, FactorError: KeyError, ModelError: ValueError, ConvergenceError: RuntimeError}


@pytest.mark.parametrize(("error", "builtin"), TREE.items())
def test_each_is_a_riskkit_error_and_the_builtin_it_resembles(error, builtin):
    assert issubclass(error, RiskKitError)
    assert issubclass(error, builtin)


@pytest.mark.parametrize("error", TREE)
def test_a_message_has_four_parts(error):
    full = error("level is wrong", got=0.05, expected="0.95", remedy="write level=0.95")
    assert str(full) == "level is wrong; got 0.05; expected 0.95; remedy: write level=0.95"
    assert str(error("level is wrong")) == "level is wrong"
    assert str(error("x", got=0)) == "x; got 0"  # zero is something that was got


@pytest.mark.parametrize("error", [RiskKitError, *TREE])
def test_survives_a_trip_to_another_process(error):
    raised = error("level is wrong", got=0.05, expected="0.95", remedy="write level=0.95")
    again = pickle.loads(pickle.dumps(raised))
    assert type(again) is error
    assert str(again) == str(raised)
    assert again.message == raised.message


def test_the_tree_is_complete():
    found = {thing for thing in vars(errors).values() if isinstance(thing, type) and issubclass(thing, RiskKitError)}
    assert found == {RiskKitError, *TREE}
