"""Run by CI against the installed wheel, outside the checkout: import, fit, forecast, backtest."""

import riskkit as rk

returns = rk.data.returns(rk.data.load("crypto"))[["BTC"]].dropna().tail(800)
fit = rk.volatility.Garch(dist="t").fit(returns["BTC"])
models = {"historical": rk.risk.HistoricalSimulation(), "GARCH-t": rk.risk.GarchModel()}
report = rk.backtest.report(rk.backtest.walk_forward(models, returns, level=0.99, window=500))
if fit.status != "ok" or list(report.index) != list(models):
    raise SystemExit(f"the wheel does not work: {fit.status}, {list(report.index)}")
print(f"wheel works from {rk.__file__}")
print(report[["days", "breaches", "p_kupiec"]])
