"""Run by CI against the installed wheel, outside the checkout: contents, import, fit, forecast, backtest."""

import sys
from importlib.metadata import files
from pathlib import Path

import riskkit as rk
from riskkit.core.status import REACHED

shipped = [file for file in files("riskkit") or [] if file.parts[0] in ("riskkit", "riskkit_ext")]
suffixes = {file.suffix for file in shipped}
names = {str(file) for file in shipped}
wanted = {
    "riskkit/py.typed",
    "riskkit_ext/py.typed",
    "riskkit/widgets/var_explorer.js",
    "riskkit/widgets/engine.wasm",
    "riskkit/data/tables/calibration.json",
    "riskkit/data/tables/calibration_derivatives.json",
    *(f"riskkit/data/tables/{name}.csv" for name in ("stress_scenarios", "incidents", "margin_ladder", "listings")),
}
if not wanted <= names or not {".so", ".pyi"} <= suffixes:
    raise SystemExit(f"the wheel lacks {wanted - names or suffixes}")
if suffixes & {".c", ".o"} or any(part == "tests" or part.startswith("test_") for file in shipped for part in file.parts):
    raise SystemExit("the wheel holds generated C or tests")
if not Path(rk.__file__).is_relative_to(sys.prefix):
    raise SystemExit(f"not the wheel's riskkit, but {rk.__file__}")

returns = rk.data.returns(rk.data.load("crypto"))[["BTC"]].dropna().tail(800)
fit = rk.volatility.Garch(dist="t").fit(returns["BTC"])
models = {"historical": rk.risk.HistoricalSimulation(), "GARCH-t": rk.risk.GarchModel()}
report = rk.backtest.report(rk.backtest.walk_forward(models, returns, level=0.99, window=500))
if fit.status not in REACHED or list(report.index) != list(models):
    raise SystemExit(f"the wheel does not work: {fit.status}, {list(report.index)}")
print(f"the wheel works: {len(shipped)} files")
print(report[["days", "breaches", "p_kupiec"]])
