"""Every number that the prose of chapter 1 quotes is computed here again and looked up in the prose."""

import chapters
import pytest
from chapters import check_quoted
from scipy import stats

import riskkit as rk
from riskkit.widgets.var_explorer_answer import answer

MODELS = {
    "historical": rk.risk.HistoricalSimulation(),
    "normal": rk.risk.NormalModel(),
    "Student t": rk.risk.StudentModel(),
    "filtered historical": rk.risk.FilteredHistoricalSimulation(decay=0.94),
    "GARCH-t": rk.risk.GarchModel(dist="t"),
}


@pytest.fixture(scope="module")
def prose() -> str:
    return chapters.prose("01_var_you_can_trust")


@pytest.fixture(scope="module")
def returns():
    return rk.data.returns(rk.data.load("equities"))[["S&P 500"]].dropna()


@pytest.fixture(scope="module")
def forecast(returns):
    return rk.backtest.walk_forward(MODELS, returns, level=0.99, window=500)


def test_days_beyond_four_standard_deviations(prose, returns):
    moves = ((returns - returns.mean()) / returns.std()).abs()
    assert int((moves > 4).sum().iloc[0]) == 32
    assert round(2 * stats.norm.sf(4) * len(moves), 2) == 0.32
    check_quoted(prose, "Thirty-two days in twenty years, where the bell curve expects a third of one.")


def test_the_friday_before_lehman(prose, returns):
    history = returns.loc[:"2008-09-12"].tail(500)
    var = {name: model(history).var(0.99) for name, model in MODELS.items()}
    loss = -returns["S&P 500"]
    monday = loss.loc["2008-09-15"]
    assert f"{monday:.2%}" == f"{loss.loc['2008-09-17']:.2%}" == "4.83%"
    assert all(value < monday for value in var.values())
    assert sorted(var, key=var.get)[-2:] == ["GARCH-t", "filtered historical"]
    check_quoted(
        prose,
        f"the normal model says {100 * var['normal']:.2f} %".replace("the", "The"),
        f"filtered historical simulation with {100 * var['filtered historical']:.2f} %",
        f"GARCH-t with {100 * var['GARCH-t']:.2f} %",
    )


def test_why_the_normal_model_fails(prose, returns):
    history = returns.loc[:"2008-09-12"].tail(500)
    normal, student = MODELS["normal"](history), MODELS["Student t"](history)
    check_quoted(
        prose,
        f"{100 * normal.var(0.99):.2f} % and {100 * student.var(0.99):.2f} %; follow the lines",
        f"they say {100 * normal.var(0.999):.2f} % and {100 * student.var(0.999):.2f} %.",
    )


def test_the_standard_error_of_that_friday(prose, returns):
    losses = MODELS["historical"](returns.loc[:"2008-09-12"].tail(500))
    var, error = 100 * losses.var(0.99), 100 * losses.standard_error(0.99, "var")
    check_quoted(
        prose,
        f"the error is {error:.2f} percentage points on {var:.2f} %",
        f"from {var - 2 * error:.1f} % to {var + 2 * error:.1f} %",
    )


def test_breaches_in_eighteen_years(prose, forecast):
    report = rk.backtest.report(forecast)
    assert len(forecast.loss) == 4530
    breaches = report["breaches"]
    check_quoted(
        prose,
        "Of 4,530 days a right model would have been breached on 45.",
        f"The normal model was breached on {breaches['normal']}, two and a half times as often",
        f"Historical simulation ({breaches['historical']} breaches), Student t ({breaches['Student t']}) "
        f"and GARCH-t ({breaches['GARCH-t']}) are all rejected",
        f"filtered historical simulation, with {breaches['filtered historical']}, is not rejected",
        f"p-value of {report['p_kupiec']['filtered historical']:.3f}",
    )
    assert list(report.index[report["p_kupiec"] < 0.05]) == ["historical", "normal", "Student t", "GARCH-t"]
    assert round(breaches["normal"] / report["expected"]["normal"], 1) == 2.5


def test_clusters(prose, forecast):
    alone = rk.backtest.christoffersen_independence(forecast)
    historical, garch, filtered = (alone.loc[name] for name in ("historical", "GARCH-t", "filtered historical"))
    rate = historical["breaches"] / historical["days"]
    assert round(rate * historical["breaches"]) == 1
    assert (garch["n11"], filtered["n11"]) == (3, 4)
    check_quoted(
        prose,
        f"breached on {historical['breaches']} days, and on {historical['n11']} of the {historical['breaches']} next days",
        f"its own rate of {100 * rate:.1f} %",
        f"its independence is not rejected (p = {garch['p_exact']:.3f})",
        f"four times the next day was a breach again (p = {filtered['p_exact']:.3f})",
    )


def test_a_faster_decay_clusters_less(prose, returns):
    faster = {"filtered": rk.risk.FilteredHistoricalSimulation(decay=0.90)}
    alone = rk.backtest.christoffersen_independence(rk.backtest.walk_forward(faster, returns)).loc["filtered"]
    check_quoted(prose, f"with 0.90 the p-value rises to {alone['p_exact']:.3f}")


def test_what_the_explorer_shows(prose, returns):
    def verdict(model: str, level: float, window: int) -> dict:
        return answer(returns["S&P 500"], model, level, window, 0.94, days=1000).verdict

    near, far = verdict("Normal", 0.9, 500), verdict("Normal", 0.995, 500)
    assert near["p_kupiec"] > 0.05
    assert 5.5 < far["breaches"] / far["expected"] < 6
    short, long = (verdict("Historical simulation", 0.99, window) for window in (500, 1000))
    assert 10 < long["breaches"] < short["breaches"]
    assert max(short["p_independence"], long["p_independence"]) < 0.05
    check_quoted(prose, "nearly six times too high further out", "the count improves, the clusters stay")


def test_scores_and_cost(prose, forecast):
    report = rk.backtest.report(forecast)
    score, mean_var = report["quantile_loss"], 100 * report["mean_var"]
    assert not ((report[["p_kupiec", "p_independence", "p_conditional"]] > 0.05).all(axis=1)).any()
    check_quoted(
        prose,
        f"GARCH-t with {score['GARCH-t']:.5f} and filtered historical simulation with {score['filtered historical']:.5f}",
        f"against {score['historical']:.5f} for historical simulation and {score['normal']:.5f} for the normal model",
        f"a VaR of {mean_var['GARCH-t']:.1f} % on an average day, historical simulation for {mean_var['historical']:.1f} %",
    )


def test_the_year_2008(prose, forecast):
    light = rk.backtest.traffic_light(forecast.between("2008-01-07", "2008-12-31"))
    breaches = light["breaches"]
    assert set(light["days"]) == {250}
    assert light["zone"].tolist() == ["red", "red", "red", "green", "yellow"]
    check_quoted(
        prose,
        f"the normal model was breached {breaches['normal']} times, historical simulation {breaches['historical']} times "
        f"and Student t {breaches['Student t']} times: red",
        f"GARCH-t with {breaches['GARCH-t']} is yellow, filtered historical simulation with "
        f"{breaches['filtered historical']} is green",
        f"one of {100 * (1 - breaches['historical'] / 250):.1f} % for historical simulation",
        f"on {100 * breaches['historical'] / 250:.1f} % of the days of 2008",
    )


def test_the_answer(prose, forecast):
    rate = 100 * rk.backtest.report(forecast)["rate"]
    rate_2008 = 100 * forecast.breaches.loc["2008-01-07":"2008-12-31"].mean()
    check_quoted(
        prose,
        f"was exceeded on {rate['historical']:.1f} % of all days",
        f"What GARCH-t calls so was exceeded on {rate['GARCH-t']:.1f} %, what filtered historical simulation calls so on "
        f"{rate['filtered historical']:.1f} %, and in 2008 on {rate_2008['GARCH-t']:.1f} % and "
        f"{rate_2008['filtered historical']:.1f} %.",
    )


def test_the_true_size_of_the_textbook_tests(prose):
    size = 100 * rk.backtest.true_size(250, 0.99)
    check_quoted(
        prose,
        f"the asymptotic Kupiec test at 5 % rejects {size['unconditional coverage']:.1f} % of the time",
        f"the independence test {size['independence']:.1f} %",
    )


def test_the_exercises(prose, returns):
    at_95 = rk.backtest.kupiec(rk.backtest.walk_forward({"normal": MODELS["normal"]}, returns, level=0.95)).loc["normal"]
    padded = rk.backtest.walk_forward({"padded": lambda past: rk.LossDistribution(-1.25 * past.to_numpy())}, returns)
    wide = rk.backtest.report(padded).loc["padded"]
    halves = 0.5 * rk.data.returns(rk.data.load("equities")).dropna()
    share = 100 * MODELS["historical"](halves.tail(500)).contributions(0.975)
    check_quoted(
        prose,
        f"{at_95['breaches']} breaches where {at_95['expected']:.1f} are expected, p = {at_95['p_exact']:.3f}",
        f"too few breaches, {wide['breaches']}, and Kupiec rejects it from the other side (p = {wide['p_kupiec']:.3f}); "
        f"independence is still rejected (p = {wide['p_independence']:.3f})",
        f"a VaR of {100 * wide['mean_var']:.1f} % instead of 3.0 %",
        f"The NASDAQ's: {share['NASDAQ']:.2f} of {share.sum():.2f} percentage points",
    )


def _crypto_report():
    bitcoin = rk.data.returns(rk.data.load("crypto"))[["BTC"]].dropna()
    return rk.backtest.report(rk.backtest.walk_forward({"normal": MODELS["normal"]}, bitcoin, level=0.99, window=500))


def test_the_normal_model_is_rejected_in_the_synthetic_market(monkeypatch):
    monkeypatch.delenv("RISKKIT_DATA", raising=False)
    assert _crypto_report()["p_kupiec"]["normal"] < 0.01


def test_the_normal_model_is_rejected_in_the_real_market(monkeypatch, real_data):
    monkeypatch.setenv("RISKKIT_DATA", str(real_data))
    assert _crypto_report()["p_kupiec"]["normal"] < 0.01
