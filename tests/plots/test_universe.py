"""Invented markets against the real one, and survivors against all."""

import numpy as np
import pandas as pd
import pytest

import riskkit as rk
from riskkit.errors import DataError
from riskkit.plots.universe import WORDS


def named(figure):
    return {trace.name: trace for trace in figure.data}


def test_rows_are_the_targets_in_their_order_scaled_to_the_band(sampled, targets):
    figure = rk.plots.stylised_facts(sampled, targets)
    traces = named(figure)
    np.testing.assert_allclose(traces["5-95 % band"].x, [-1.0, 1.0, np.nan] * 2)
    np.testing.assert_allclose(traces["Full range"].x, [-50 / 45, 50 / 45, np.nan] * 2)
    np.testing.assert_allclose(traces["Median"].x, [0.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(traces["Real market"].x, [0.0, 2.0], atol=1e-12)
    assert [note.text for note in figure.layout.annotations] == [
        "<b>Lower tail dependence at 5 %</b><br>real 0.5, invented 0.5 (0.1 to 0.9)",
        "<b>Excess kurtosis, BTC</b><br>real 140, invented 50 (5 to 95)",
    ]
    assert figure.layout.title.text == "Real facts inside the invented band: 1 of 2"


def test_the_axis_holds_all_that_is_drawn_also_what_lies_far_out(sampled, targets):
    figure = rk.plots.stylised_facts(sampled, targets.replace(140.0, 5_000.0))
    assert figure.layout.xaxis.range[0] < -50 / 45
    assert figure.layout.xaxis.range[1] > named(figure)["Real market"].x[1] == pytest.approx(110.0)


def test_a_skewed_sample_has_its_median_off_the_middle(sampled, targets):
    skewed = sampled**3
    traces = named(rk.plots.stylised_facts(skewed, targets))
    assert traces["Median"].x[0] < -0.5
    np.testing.assert_allclose(traces["5-95 % band"].x[:2], [-1.0, 1.0])


def test_a_value_just_outside_does_not_look_inside(sampled, targets):
    label = rk.plots.stylised_facts(sampled, targets.replace(140.0, 95.4)).layout.annotations[1].text
    assert "real 95.4, invented 50.0 (5.0 to 95.0)" in label


def test_an_unknown_fact_shows_its_own_name_and_per_cent_are_shown_as_such(sampled, targets):
    renamed = {"excess_kurtosis": "beauty", "lower_tail_dependence_5": "volatility_annual"}
    sampled = sampled.rename(columns=renamed, level="fact")
    targets = targets.rename(renamed, level="fact")
    labels = [note.text for note in rk.plots.stylised_facts(sampled, targets).layout.annotations]
    assert labels[0] == "<b>Volatility per year, %</b><br>real 50, invented 50 (5 to 95)"
    assert labels[1].startswith("<b>beauty, BTC</b>")


def test_every_fact_has_words_that_fit_a_phone():
    assert set(rk.data.stylised_targets().index.get_level_values("fact")) == set(WORDS)
    assert max(len(words) for words, _ in WORDS.values()) <= 50


def drop_seeds(sampled, targets):
    return sampled.iloc[:4], targets


def flat(sampled, targets):
    return sampled, pd.Series([0.0], index=sampled.columns[[2]])


def unknown(sampled, targets):
    return sampled, targets.rename({"BTC": "ETH"})


def missing(sampled, targets):
    return sampled.where(sampled > 3), targets


def text(sampled, targets):
    return sampled, targets.astype(object).replace(0.5, "half")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (drop_seeds, "too few seeds for a band; got 4; expected at least 5"),
        (flat, r"does not vary over the seeds; got \('unused', 'mean'\)"),
        (unknown, r"a target was not sampled; got \('excess_kurtosis', 'ETH'\)"),
        (missing, "sampled holds a value that is not a finite number"),
        (text, "targets holds a value that is not a finite number"),
        (lambda sampled, targets: (sampled, targets.iloc[:0]), "targets is not labelled by fact and asset"),
        (lambda sampled, targets: (sampled, targets.droplevel(0)), "targets is not labelled"),
        (lambda sampled, targets: (sampled.droplevel(0, axis=1), targets), "sampled is not labelled"),
        (lambda sampled, targets: (pd.concat([sampled, sampled], axis=1), targets), "sampled is not labelled"),
        (lambda sampled, targets: (sampled, targets.to_dict()), "wrong type; got DataFrame and dict"),
    ],
)
def test_facts_that_cannot_be_drawn_are_refused(sampled, targets, change, message):
    with pytest.raises(DataError, match=message):
        rk.plots.stylised_facts(*change(sampled, targets))


def test_both_values_are_drawn_on_a_log_axis_with_their_ends_in_the_title(values):
    figure = rk.plots.survivorship(values)
    traces = named(figure)
    np.testing.assert_array_equal(traces["As it was"].y, values["as it was"])
    np.testing.assert_array_equal(traces["Survivors only"].y, values["survivors only"])
    assert figure.layout.yaxis.type == "log"


@pytest.mark.parametrize(
    ("ends", "title"),
    [
        ((5.2, 3.1), "Survivors only: x 5.2, as it was: x 3.1"),
        ((1234.0, 0.034), "Survivors only: x 1,234, as it was: x 0.034"),
    ],
)
def test_ends_of_any_size_can_be_read(ends, title):
    values = pd.DataFrame({"survivors only": [1.0, ends[0]], "as it was": [1.0, ends[1]]})
    assert rk.plots.survivorship(values, source="s").layout.title.text == title


def test_values_that_cannot_be_drawn_are_refused(values):
    with pytest.raises(DataError, match="values lacks as it was"):
        rk.plots.survivorship(values[["survivors only"]])
    with pytest.raises(DataError, match="not positive"):
        rk.plots.survivorship(values - 5.0)
    values.iloc[5, 0] = np.nan
    with pytest.raises(DataError, match="values have gaps; got 1 of 300 rows"):
        rk.plots.survivorship(values)
