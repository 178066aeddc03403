import csv
import re
from importlib.resources import files
from io import StringIO

import numpy as np
import pandas as pd
import pytest

from riskkit.data.fact_columns import TABLES
from riskkit.data.facts import facts, parsed
from riskkit.data.protocol import checked_tiers
from riskkit.errors import DataError


def _text(name):
    return (files("riskkit.data") / "tables" / f"{name}.csv").read_text(encoding="utf-8")


def _changed(name, row, column, value):
    """Return the text of a table with one cell changed; rows count from 1."""
    rows = list(csv.reader(StringIO(_text(name))))
    rows[row][rows[0].index(column)] = value
    out = StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("name", TABLES)
def test_every_table_loads_in_its_types_and_says_what_it_is(name):
    table = facts(name)
    rows = list(csv.reader(StringIO(_text(name))))
    assert len(table) == len(rows) - 1
    unverified = int((~table["verified"]).sum())
    assert table.attrs["source"].endswith(f"{len(table)} rows, {unverified} of them without a second source")
    columns = {*table.columns, table.index.name} - {None}
    assert columns <= set(table.attrs["columns"])
    for column, rule in TABLES[name].columns.items():
        values = table[column] if column in table else pd.Series(table.index)
        kind = {"time": "datetime64[ns, UTC]", "flag": "bool"}.get(rule.kind)
        if kind:
            assert str(values.dtype) == kind
        elif rule.kind == "number" and column != "tier":
            assert values.dtype == np.float64


@pytest.mark.parametrize("name", TABLES)
def test_every_row_names_its_source_and_shows_whether_there_is_a_second(name):
    table = facts(name)
    assert (table["source"] != "").all()
    assert table["verified"].equals(table["second_source"] != "")
    assert not (table["source"] == table["second_source"]).any()


def test_a_second_source_is_another_than_the_first():
    for name in ("incidents", "listings"):
        for _, row in facts(name).iterrows():
            addresses = set(re.findall(r"(?:https://|github\.com/)[^\s,;)]+", row["second_source"]))
            assert not any(address.rstrip(":") in row["source"] for address in addresses), row.to_dict()
            assert "DeFiHackLabs" not in row["source"] or "DeFiHackLabs" not in row["second_source"]


def test_a_second_source_of_a_loss_agrees_within_a_fifth():
    checked = 0
    for _, row in facts("incidents").iterrows():
        for figure in re.findall(r": ([\d,.]+)(?=;|$)", row["second_source"]):
            loss = float(figure.replace(",", ""))
            assert abs(loss - row["loss_usd_m"]) <= 0.2 * row["loss_usd_m"] + 1e-9, row["name"]
            assert row["low"] <= loss <= row["high"] or (np.isnan(row["low"]) and loss == row["loss_usd_m"]), row["name"]
            checked += 1
    assert checked > 60


def test_the_losses_that_defihacklabs_states_are_those_of_its_file(real_data):
    listed = pd.read_csv(real_data / "defihacklabs_incidents.csv")["loss_usd_parsed"].dropna() / 1e6
    stated = facts("incidents")["second_source"].str.extract(r"DeFiHackLabs[^:]*: ([\d.]+)")[0].dropna().astype(float)
    assert len(stated) > 15
    for loss in stated:
        assert np.isclose(listed, loss, rtol=0.01).any(), loss


def test_the_covid_crash_is_the_public_name_of_a_scenario():
    row = facts("stress_scenarios").loc["2020-03-12 covid"]
    assert row["btc"] == -0.5261
    assert row["start"] == pd.Timestamp("2020-03-11", tz="UTC")
    assert row["kind"] == "crypto"


def test_the_moves_of_the_scenarios_are_those_of_the_hourly_bars(real_data):
    bars = pd.read_parquet(real_data / "crypto_spot_1h_ohlcv_btc_eth_sol.parquet").set_index("date")
    crypto = facts("stress_scenarios").query("kind == 'crypto'")
    assert len(crypto) == 21
    for column, symbol in (("btc", "BTC"), ("eth", "ETH")):
        mine = bars[bars["symbol"] == symbol]
        for name, row in crypto.iterrows():
            window = mine.loc[row["start"] : row["end"] + pd.Timedelta("23h")]
            fall = (window["low"] / window["high"].cummax()).min() - 1.0
            assert fall == pytest.approx(row[column], abs=2e-4), name


def test_a_price_below_zero_is_a_fall_of_more_than_all():
    assert facts("stress_scenarios").loc["2020-04-20 wti", "oil"] == pytest.approx(-37.63 / 18.27 - 1.0, abs=1e-3)


def test_what_is_no_theft_is_marked():
    table = facts("incidents").set_index("name")
    assert table.index[table["market_value_loss"]].tolist() == ["Terra/UST collapse", "USDC reserve exposure to SVB"]
    assert table.loc["USDC reserve exposure to SVB", "loss_usd_m"] == 0.0


def test_doubtful_rows_stay_and_are_visibly_unverified():
    table = facts("incidents").set_index("name")
    assert not table.loc[["LuBian", "Curve DEX", "Indodax"], "verified"].any()
    assert table.loc["LuBian", "confidence"] == "low"


def test_the_ladder_has_no_jump_and_the_step_of_the_text_books():
    ladder = facts("margin_ladder")
    checked_tiers("ladder", ladder, "")
    assert ladder.loc[3, "cumulative_amount"] == 250_000 * (0.01 - 0.005) + 50 == 1300
    assert 8 <= len(ladder) <= 10
    for notional in ladder["floor"].iloc[1:]:
        below, above = ladder[ladder["cap"] == notional].iloc[0], ladder[ladder["floor"] == notional].iloc[0]
        margins = [notional * tier["maintenance_margin_rate"] - tier["cumulative_amount"] for tier in (below, above)]
        assert margins[0] == pytest.approx(margins[1], rel=1e-12)


def test_the_symbol_of_luna_had_two_lives():
    luna = facts("listings").query("venue == 'Binance' and symbol == 'LUNAUSDT'")
    assert luna["listing"].tolist() == ["LUNA-1", "LUNA-2"]
    assert luna["last"].iloc[0] < luna["first"].iloc[1]
    assert pd.isna(luna["last"].iloc[1])


@pytest.mark.parametrize(
    ("name", "row", "column", "value", "message"),
    [
        ("stress_scenarios", 2, "btc", "-1.2", r"bad cell; got '-1.2' in row 2, column btc; expected from -1 to 0: BTC"),
        ("stress_scenarios", 3, "btc", "52 %", "got '52 %' in row 3, column btc; expected a number"),
        ("stress_scenarios", 3, "btc", "inf", "got 'inf' in row 3, column btc; expected a number"),
        ("stress_scenarios", 1, "kind", "krypto", "got 'krypto' in row 1, column kind; expected one of crypto, trad"),
        ("stress_scenarios", 1, "start", "15.1.2018", "got '15.1.2018' in row 1, column start; expected a time"),
        ("stress_scenarios", 1, "source", "", "got '' in row 1, column source; expected something in every row"),
        ("stress_scenarios", 1, "end", "2017-01-01", "contradicts itself; got row 1, column end; expected end on or"),
        ("stress_scenarios", 2, "scenario", "2018-01 crash", "got row 2, column scenario; expected every name once"),
        ("stress_scenarios", 2, "stablecoin", "", "got row 2, column stablecoin; expected a stablecoin and its lowest"),
        ("incidents", 1, "kind", "hack", "got 'hack' in row 1, column kind"),
        ("incidents", 1, "loss_usd_m", "", "got '' in row 1, column loss_usd_m; expected something in every row"),
        ("incidents", 1, "loss_usd_m", "-3", "got '-3' in row 1, column loss_usd_m; expected from 0"),
        ("incidents", 1, "market_value_loss", "no", "got 'no' in row 1, column market_value_loss; expected true or fal"),
        ("incidents", 4, "low", "441", "got row 4, column low; expected low on or below the loss"),
        ("incidents", 4, "high", "439", "got row 4, column high; expected high on or above the loss"),
        ("incidents", 4, "high", "", "got row 4, column low; expected low and high, or neither"),
        ("margin_ladder", 3, "cumulative_amount", "1301", "the margin jumps at tier 3; got cumulative amount 1301"),
        ("margin_ladder", 3, "floor", "260000", "the tiers do not join"),
        ("margin_ladder", 3, "tier", "4", "got row 3, column tier; expected 1, 2"),
        ("margin_ladder", 3, "maximum_leverage", "500", "row 3, column maintenance_margin_rate; expected at most 1 /"),
        ("listings", 2, "first", "2022-05-01", "got row 2, column first; expected the listings of one symbol one after"),
        ("listings", 1, "last", "", "got row 2, column first; expected the listings of one symbol one after"),
        ("listings", 2, "last", "2022-05-31T06:00Z", "got row 2, column last; expected last after first"),
        ("listings", 2, "listing", "LUNA-1", "got row 2, column listing; expected every venue, symbol and listing once"),
    ],
)
def test_a_planted_fault_is_named_with_its_row_and_column(name, row, column, value, message):
    with pytest.raises(DataError, match=message):
        parsed(name, _changed(name, row, column, value))


def test_a_cell_too_many_a_lost_column_and_an_empty_table_are_refused():
    lines = _text("margin_ladder").splitlines()
    with pytest.raises(DataError, match="a row of another width; got 9 cells in row 2; expected 8"):
        parsed("margin_ladder", "\n".join([*lines[:2], lines[2] + ",x", *lines[3:]]))
    with pytest.raises(DataError, match="margin_ladder has other columns; got tear, floor"):
        parsed("margin_ladder", "\n".join([lines[0].replace("tier", "tear"), *lines[1:]]))
    for nothing in ("", lines[0]):
        with pytest.raises(DataError, match="margin_ladder has other columns; got no rows"):
            parsed("margin_ladder", nothing)


def test_an_unknown_table_is_refused():
    with pytest.raises(DataError, match="name is unknown; got 'stress'; expected one of 'stress_scenarios', 'incidents'"):
        facts("stress")
