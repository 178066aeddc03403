"""The explorer's Python side: controls, messages, and how it shows itself."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import riskkit as rk
from riskkit.errors import DataError
from riskkit.plots.palette import DARK, LIGHT
from riskkit.widgets import var_explorer
from riskkit.widgets.var_explorer import VarExplorer
from riskkit.widgets.var_explorer_answer import answer

HERE = Path(var_explorer.__file__).parent


@pytest.fixture
def explorer(named_returns):
    return VarExplorer(named_returns, days=300)


def paths(reply):
    return [np.frombuffer(reply[name]) for name in ("var", "es")]


def test_one_step_of_a_control_is_one_reply(explorer, named_returns):
    seen = []
    explorer.observe(lambda change: seen.append(change["new"]), names=["reply"])
    explorer.window = 210
    assert len(seen) == 1
    assert seen[0]["query"] == {
        "series": "Stocks </script>", "model": "Historical simulation", "level": 0.99, "window": 210, "decay": 0.94,
    }  # fmt: skip
    forecast, verdict = answer(named_returns["Stocks </script>"], "Historical simulation", 0.99, 210, 0.94, 300)
    np.testing.assert_array_equal(paths(seen[0]), [forecast.var.iloc[:, 0], forecast.es.iloc[:, 0]])
    assert seen[0]["verdict"] == verdict == explorer.verdict


def test_facts_hold_what_does_not_change(explorer, named_returns):
    facts = explorer.facts
    assert [one["name"] for one in facts["series"]] == list(named_returns)
    assert facts["series"][1]["source"] == "numbers made up for a test"
    np.testing.assert_array_equal(np.frombuffer(facts["series"][1]["loss"]), -named_returns["BTC"].iloc[-300:])
    times = np.frombuffer(facts["series"][1]["times"])
    assert pd.to_datetime(times[-1], unit="ms", utc=True) == named_returns["BTC"].index[-1]
    assert facts["stops"]["window"] == list(range(100, 321, 10))  # 620 rows less 300 days
    assert {0.9, 0.95, 0.975, 0.99, 0.995} <= set(facts["stops"]["level"])
    assert {0.9, 0.94, 0.97, 0.99} <= set(facts["stops"]["decay"])


@pytest.mark.parametrize(
    ("name", "value"),
    [("level", 0.01), ("window", 321), ("window", 1), ("decay", 1.0), ("model", "CAViaR"), ("series", "ETH")],
)
def test_controls_refuse_what_cannot_be_answered(explorer, name, value):
    before = explorer.reply
    with pytest.raises(DataError):
        setattr(explorer, name, value)
    assert explorer.reply is before


def test_a_setting_without_an_answer_says_why(named_returns):
    quiet = pd.Series(np.where(np.arange(500) < 300, 0.0, np.tile([0.01, -0.02], 250)))
    explorer = VarExplorer(quiet, days=300)
    assert "verdict" in explorer.reply
    explorer.model = "Normal"
    assert "constant" in explorer.reply["error"]
    explorer.model = "Historical simulation"
    assert "verdict" in explorer.reply


def test_returns_come_as_frame_series_or_dict(named_returns):
    both = pd.DataFrame(named_returns).dropna()
    both.attrs["source"] = "both"
    assert [one["source"] for one in VarExplorer(both, days=100).facts["series"]] == ["both", "both"]
    bare = VarExplorer(np.tile([0.01, -0.02, 0.005], 100), days=100).facts["series"]
    assert [one["name"] for one in bare] == ["value"]
    assert bare[0]["times"] is None


@pytest.mark.parametrize(
    ("returns", "message"),
    [
        (pd.Series(np.zeros(150)), "too short"),
        (pd.DataFrame({"a": [0.1, np.nan] * 200}), "NaN"),
        ({}, "named collection"),
        ({"a": [0.1] * 300}, "wrong type"),
        ([0.1] * 300, "wrong type"),
        (pd.Series(np.arange(300.0), index=np.arange(300)[::-1]), "not sorted"),
    ],
)
def test_returns_that_cannot_be_explored_are_refused(returns, message):
    with pytest.raises(DataError, match=message):
        VarExplorer(returns, days=100)


def test_live_and_static_faces(explorer, named_returns, monkeypatch):
    live = explorer._repr_mimebundle_()
    live = live[0] if isinstance(live, tuple) else live
    assert "application/vnd.jupyter.widget-view+json" in live
    monkeypatch.setenv("RISKKIT_BOOK", "1")
    in_book = VarExplorer({"BTC": named_returns["BTC"].iloc[-360:]}, days=260)
    assert in_book.comm is None  # nothing that a page would want a kernel for
    assert in_book.layout.comm is None
    assert set(in_book._repr_mimebundle_()) == {"text/html", "text/plain"}


def test_colours_are_those_of_the_palette():
    text = (HERE / "explorer.css").read_text()
    pairs = re.findall(r"--(\w+): light-dark\((\S+), (\S+)\);", text)
    roles = {role: (light, dark) for role, light, dark in pairs}
    for role in ("paper", "ink", "muted", "grid", "axis", "loss", "var", "es", "breach"):
        assert roles[role] == (LIGHT[role], DARK[role])
    assert roles["good"] == (LIGHT["gain"], DARK["gain"])


def test_every_control_keeps_its_keys_to_itself_in_jupyterlab():
    text = (HERE / "explorer_parts.js").read_text()
    assert text.count('"data-lm-suppress-shortcuts": "true"') == 2  # where menus and where sliders are made
    assert rk.widgets.VarExplorer is VarExplorer
