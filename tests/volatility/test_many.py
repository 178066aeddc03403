import pickle

import numpy as np
import pandas as pd
import pytest

from riskkit.errors import ConvergenceError, DataError, FactorError
from riskkit.volatility import Ewma, Garch, Gjr, fit_many

DAYS = pd.date_range("2020-01-01", periods=600, tz="UTC")
TABLE = 0.01 * pd.DataFrame(np.random.default_rng(1).standard_t(5, (600, 4)), index=DAYS, columns=list("ABCD"))


class Picky:
    """Fails on some series, as a likelihood without a maximum does."""

    def fit(self, series):
        if series.name == "B":
            raise ConvergenceError("no maximum")
        return Ewma().fit(series)


def test_every_column_gets_the_fit_that_it_gets_alone():
    many = fit_many(TABLE, Garch(dist="t"))
    assert list(many) == list("ABCD")
    for name in TABLE:
        alone = Garch(dist="t").fit(TABLE[name])
        assert many[name].params.equals(alone.params)
        pd.testing.assert_series_equal(many.sigma[name], alone.sigma, check_names=False)
    assert many.params.columns.tolist() == ["mu", "omega", "alpha", "beta", "nu"]
    assert set(many.status) <= {"ok", "at a bound"}


def test_a_series_that_lives_shorter_is_fitted_on_its_life():
    table = TABLE.copy()
    table.loc[table.index[:100], "C"] = np.nan
    table.loc[table.index[-50:], "D"] = np.nan
    many = fit_many(table, Garch(dist="normal"))
    assert many["C"].params.equals(Garch(dist="normal").fit(TABLE["C"].iloc[100:]).params)
    assert many["D"].params.equals(Garch(dist="normal").fit(TABLE["D"].iloc[:-50]).params)
    assert many.standardised["C"].isna().sum() == 100
    assert many.standardised.shape == (600, 4)


def test_a_failed_fit_is_told_and_the_others_stand():
    many = fit_many(TABLE, Picky())
    assert list(many) == ["A", "C", "D"]
    assert many.failures == {"B": "no maximum"}
    assert many.status.to_dict() == {"A": "ok", "C": "ok", "D": "ok", "B": "failed"}
    with pytest.raises(ConvergenceError, match="B has no fit; got no maximum"):
        many["B"]


def test_an_unknown_name_is_refused():
    with pytest.raises(FactorError, match="no series of that name; got 'X'; expected A, B, C, D"):
        fit_many(TABLE, Ewma())["X"]


def _with(column, value):
    table = TABLE.copy()
    table.loc[table.index[300], column] = value
    return table


@pytest.mark.parametrize(
    ("table", "spec", "message"),
    [
        (TABLE["A"], Ewma(), "returns are no table; got Series"),
        (TABLE[[]], Ewma(), "returns are no table; got 0 columns"),
        (TABLE.set_axis(list("AABC"), axis=1), Ewma(), "two columns of one name"),
        (TABLE, "garch", "spec is no volatility model; got str"),
        (_with("B", np.nan), Ewma(), r"returns\['B'\]: series\['B'\] holds NaN"),
        (_with("C", np.inf), Garch(), r"returns\['C'\]: series\['C'\] holds NaN or infinite"),
        (TABLE.assign(D=np.nan), Ewma(), r"returns\['D'\]: series\['D'\] holds NaN"),
        (TABLE.assign(D=0.01), Garch(), r"returns\['D'\]: series is constant"),
    ],
)
def test_refuses(table, spec, message):
    with pytest.raises(DataError, match=message):
        fit_many(table, spec)


@pytest.mark.parametrize("spec", [Garch("t"), Gjr("normal", mean="zero"), Garch("ged")], ids=str)
def test_a_fit_among_many_is_the_fit_itself(spec):
    """Whatever is asked of it: laid out late, it says what it says alone, and travels to another process."""
    table = TABLE.copy()
    table.loc[table.index[:100], "C"] = np.nan
    many = pickle.loads(pickle.dumps(fit_many(table, spec)))
    for name in table:
        alone, among = spec.fit(table[name].dropna()), many[name]
        assert type(among) is type(alone)
        assert among is many[name]
        pd.testing.assert_series_equal(among.observed, alone.observed, check_freq=False)
        pd.testing.assert_series_equal(among.standard_errors(), alone.standard_errors())
        assert among.loglikelihood == alone.loglikelihood
        assert among.status == alone.status


def test_later_changes_of_the_table_change_no_fit():
    table = TABLE.copy()
    many = fit_many(table, Garch())
    table.iloc[:] = 1.0
    pd.testing.assert_series_equal(many["A"].observed, TABLE["A"])


def test_a_gap_inside_a_life_is_the_models_to_take():
    table = _with("B", np.nan)
    many = fit_many(table, Garch("normal"))
    assert many["B"].params.equals(Garch("normal").fit(table["B"]).params)
    assert many["A"].params.equals(Garch("normal").fit(table["A"]).params)


def test_whole_numbers_and_unsorted_rows_are_read_as_alone():
    whole = (1_000 * TABLE).round().astype(int)
    assert fit_many(whole, Garch("normal"))["A"].params.equals(Garch("normal").fit(whole["A"]).params)
    with pytest.raises(DataError, match=r"returns\['A'\]: series is not sorted"):
        fit_many(TABLE.iloc[::-1], Garch())
