"""How often a GARCH fit ends below the highest maximum that can be found, and what it says of itself when it does.

    python -m benchmarks.garch_misses [--windows N] [--seed S] [--keep FILE] [--minutes M] [--arch-every K] [--runs R]

Windows of real stocks and coins (../shared, or RISKKIT_DATA; else of packaged and invented prices) are fitted with ours, by
`arch` (raw and rescaled), and from many random starts of which none is dropped. `arch` is judged by our likelihood, and its
estimates are starts as well. They may break the model's constraints a little (persistence above 1, alpha or alpha + gamma
below 0), so they are judged twice: as they stand, and moved to the nearest point of our box. 10,000 windows beside `arch`
take minutes of one core: `--keep` writes the rows to a file, and the same command goes on where it was stopped, for a window
depends on the seed and its number alone.
"""

import argparse
import os
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from arch import arch_model
from scipy import stats
from tqdm.auto import tqdm

from riskkit.checks import FloatArray
from riskkit.core.likelihood import STATUSES
from riskkit.volatility.rolling import STRETCH
from riskkit_ext import _garch

VALUE, MEAN, SCALE, STATUS = 6, 8, 9, 10  # columns of the kernel's optimum, after the point
LENGTHS = (250, 500, 1_000)
RUN = 200  # consecutive windows of one roll
CHUNK = 100  # windows between two writes
STOCKS, COINS = Path("reference/dji30ret.csv.gz"), Path("data/crypto_spot_1d_17coins.csv.gz")
Sources = dict[str, dict[str, FloatArray]]


@dataclass(frozen=True)
class Window:
    """A stretch of one series, and the model it is to be fitted with."""

    kind: str
    name: str
    at: int
    length: int
    student: bool
    leverage: bool
    values: FloatArray  # (length,), or (length + RUN - 1,) for a roll

    @property
    def model(self) -> _garch.Model:
        return _garch.Model(self.student, self.leverage)


def sources() -> Sources:
    """Log returns by kind and name."""
    for folder in (Path(os.environ.get("RISKKIT_DATA", "")), Path(__file__).parents[2] / "shared"):
        stocks, coins = folder / STOCKS, folder / COINS
        if stocks.is_file() and coins.is_file():
            shares = pd.read_csv(stocks, index_col=0)
            closes = pd.read_csv(coins, index_col=["date", "symbol"])["close"].unstack()  # noqa: PD010
            return {"stock": _columns(shares), "coin": _columns(_log_returns(closes))}
    print(f"no {STOCKS} and {COINS} in RISKKIT_DATA or ../shared: packaged and invented prices instead")
    import arch.data.nasdaq
    import arch.data.sp500

    from riskkit.data.synthetic.market import SyntheticMarket

    packaged = {name: data.load()["Adj Close"] for name, data in (("S&P", arch.data.sp500), ("NASDAQ", arch.data.nasdaq))}
    invented = SyntheticMarket(seed=1).prices("crypto")
    return {"index": _columns(_log_returns(pd.DataFrame(packaged))), "invented": _columns(_log_returns(invented))}


def _log_returns(prices: pd.DataFrame) -> pd.DataFrame:
    return prices.transform(np.log).diff()


def _columns(frame: pd.DataFrame) -> dict[str, FloatArray]:
    return {str(name): np.ascontiguousarray(frame[name].dropna().to_numpy()) for name in frame}


def draw(series: Sources, seed: int, number: int, run: int = 1) -> Window:
    """Window ``number``, ``run - 1`` observations longer than its length; never a constant one."""
    rng = np.random.default_rng([seed, number, run])
    while True:
        kind = str(rng.choice(list(series)))
        name = str(rng.choice(list(series[kind])))
        length, student, leverage = int(rng.choice(LENGTHS)), bool(rng.integers(2)), bool(rng.integers(2))
        total, whole = length + run - 1, series[kind][name]
        if len(whole) < total:
            continue
        at = int(rng.integers(len(whole) - total + 1))
        values = np.ascontiguousarray(whole[at : at + total])
        if np.ptp(values) > 0.0:
            return Window(kind, name, at, length, student, leverage, values)


def cold(window: Window, values: FloatArray) -> FloatArray:
    """Our fit of the window, an optimum row."""
    maxima = np.empty((_garch.most_starts, _garch.OPTIMUM_SIZE))
    _garch.fit(window.model, values, np.empty(len(values) * _garch.lanes), maxima)
    return maxima[0]


def random_starts(rng: np.random.Generator, count: int, leverage: bool) -> FloatArray:
    """Points all over the box, most of them near its edges: persistence near 1, shares near 0 or on it."""
    persistence = np.where(rng.random(count) < 0.5, rng.random(count), 1.0 - 10.0 ** rng.uniform(-4.0, 0.0, count))
    share = np.where(rng.random(count) < 0.5, rng.random(count), 10.0 ** rng.uniform(-3.0, 0.0, count))
    share[rng.random(count) < 0.15] = 0.0
    level = np.exp(rng.normal(0.0, 0.7, count))
    asymmetry = rng.choice([0.0, 0.25, 0.5, 0.75, 1.0], count) if leverage else np.full(count, 0.5)
    location, eta = rng.normal(0.0, 0.05, count), rng.uniform(0.003, 0.45, count)
    return np.column_stack([location, level * (1.0 - persistence) + 1e-6, persistence, share, eta, asymmetry])


def reference(window: Window, values: FloatArray, starts: FloatArray) -> FloatArray:
    """The highest end of searches from all the starts, an optimum row."""
    ends = np.empty((len(starts), _garch.OPTIMUM_SIZE))
    _garch.search(window.model, values, np.ascontiguousarray(starts), np.empty(len(values) * _garch.lanes), ends)
    reached = ends[:, STATUS] < STATUSES.index("failed")
    return ends[np.argmax(np.where(reached, ends[:, VALUE], -np.inf))]


def arch_points(window: Window, mean: float, scale: float) -> FloatArray:
    """`arch` with its own starts, on raw and on rescaled data, as points of our search; (2, 6) or fewer."""
    points = []
    for rescale in (False, True):
        model = arch_model(window.values, o=int(window.leverage), dist="t" if window.student else "normal", rescale=rescale)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = model.fit(disp="off", show_warning=False)
        params = found.params
        if not np.isfinite(params).all():
            continue
        gamma = params.get("gamma[1]", 0.0)
        share, unit = params["alpha[1]"] + 0.5 * gamma, found.scale * scale
        persistence = share + params["beta[1]"]
        points.append(
            [
                (params["mu"] - found.scale * mean) / unit,
                params["omega"] / unit**2,
                persistence,
                share / persistence if persistence > 0.0 else 0.0,
                1.0 / params["nu"] if window.student else 0.15,
                0.5 * (params["alpha[1]"] + gamma) / share if share > 0.0 else 0.5,
            ]
        )
    return np.array(points).reshape(-1, 6)


def arch_value(window: Window, points: FloatArray, mean: float, scale: float) -> float:
    """Our likelihood at the best of arch's estimates, of the standardised window; none where a variance is negative."""
    z = np.ascontiguousarray((window.values - mean) / scale)
    weights = 0.94 ** np.arange(min(75, len(z)))
    start, values = np.array([weights @ z[: len(weights)] ** 2 / weights.sum(), 0.0, 0.0]), [-np.inf]
    for location, omega, persistence, share, eta, asymmetry in points:
        part = persistence * share
        alpha = 2.0 * part * (1.0 - asymmetry)
        gamma = 2.0 * part * asymmetry - alpha
        natural = np.array([location, omega, alpha, persistence - part, eta if window.student else 0.0, gamma])
        variance, scores = np.empty(len(z) + 1), np.empty((len(z), 6))
        _garch.path(window.model, z, start, natural, variance, scores)
        if not variance.min() > 0.0:
            continue
        workspace, gradient, hessian = np.empty(len(z) * _garch.lanes), np.empty(6), np.empty((6, 6))
        values.append(_garch.derivatives(window.model, z, start, natural, workspace, gradient, hessian))
    return max(values)


def place(point: FloatArray, student: bool) -> str:
    """Where in the box a maximum lies."""
    omega, persistence, share, eta = point[1:5]
    if persistence * share < 1e-9:
        return "alpha = 0"
    if share >= 1.0 or persistence >= 1.0:
        return "beta = 0" if share >= 1.0 else "p = 1"
    if omega < 1e-9:
        return "omega = 0"
    if student and eta > 0.4:
        return "nu < 2.5"
    return "inside, alpha < 0.01" if persistence * share < 0.01 else "inside"


def compare(window: Window, rng: np.random.Generator, starts: int, with_arch: bool) -> dict[str, object]:
    """One row of the profile: how far ours, and `arch`, end below the best of all."""
    ours, model = cold(window, window.values), window.model
    points, peer, literal = random_starts(rng, starts, window.leverage), np.nan, np.nan
    if with_arch:
        estimates = arch_points(window, ours[MEAN], ours[SCALE])
        literal = arch_value(window, estimates, ours[MEAN], ours[SCALE])
        inside = np.clip(estimates, model.lower, model.upper)
        points, peer = np.vstack([points, inside]), arch_value(window, inside, ours[MEAN], ours[SCALE])
    best = reference(window, window.values, points)
    top = np.fmax(max(best[VALUE], ours[VALUE]), peer)
    return {
        "kind": window.kind, "length": window.length, "law": "t" if window.student else "normal",
        "model": "GJR" if window.leverage else "GARCH", "name": window.name, "at": window.at,
        "short": top - ours[VALUE], "literal": np.fmax(top, literal) - ours[VALUE], "arch_short": top - peer,
        "starts_short": top - best[VALUE],
        "status": str(STATUSES[int(ours[STATUS])]), "place": place(best, window.student),
    }  # fmt: skip


def compare_roll(window: Window) -> list[dict[str, object]]:
    """Rolled fits against cold fits of the same windows."""
    rolled = np.empty((RUN, _garch.OPTIMUM_SIZE))
    workspace = np.empty(window.length * _garch.lanes)
    _garch.roll(window.model, window.values, 1, window.length, 0, RUN, STRETCH, workspace, rolled)
    rows: list[dict[str, object]] = []
    for number, row in enumerate(rolled):
        fresh = cold(window, np.ascontiguousarray(window.values[number : number + window.length]))
        best = fresh if fresh[VALUE] > row[VALUE] else row
        rows.append({
            "kind": window.kind, "length": window.length, "law": "t" if window.student else "normal",
            "model": "GJR" if window.leverage else "GARCH", "name": window.name, "at": window.at + number,
            "short": best[VALUE] - row[VALUE], "cold_short": best[VALUE] - fresh[VALUE],
            "status": str(STATUSES[int(row[STATUS])]), "place": place(best, window.student),
        })  # fmt: skip
    return rows


def _share(below: pd.Series, limit: float) -> str:
    """Count, share and exact 95 % upper bound of the values above ``limit``."""
    count, total = int((below > limit).sum()), int(below.notna().sum())
    upper = stats.beta.ppf(0.95, count + 1, total - count) if count < total else 1.0
    return f"{count:>6} of {total} ({count / max(total, 1):.3%}, at most {upper:.3%} at 95 %)"


def report(title: str, frame: pd.DataFrame, others: dict[str, str]) -> None:
    """Print the profile of the misses."""
    if frame.empty:
        return
    print(f"\n{title}")
    for column, name in ({"short": "ours"} | others).items():
        for limit in (1e-6, 1e-3):
            print(f"  {name:<30} below the best by > {limit:g}: {_share(frame[column], limit)}")
    said_ok = frame["short"].where(frame["status"] == "ok", 0.0)
    print(f"  {'ours, with status ok':<30} below the best by > 0.001: {_share(said_ok, 1e-3)}")
    missed = frame[frame["short"] > 1e-6]
    table = frame.assign(missed=frame["short"] > 1e-6).pivot_table(
        index=["model", "law"], columns=["kind", "length"], values="missed", aggfunc="sum", fill_value=0
    )
    print(table.astype(int).to_string())
    if len(missed):
        print(missed.groupby(["place", "status"]).size().to_string())
        print(missed.drop(columns=list(others)).head(20).to_string())


def compare_all(series: Sources, asked: argparse.Namespace) -> pd.DataFrame:
    """The profile of the windows asked for; those that the file holds already are not fitted again."""
    rows, done, kept = [], pd.DataFrame(), asked.keep
    if kept is not None and kept.is_file():
        done = pd.read_csv(kept)
        done = done[(done["seed"] == asked.seed) & (done["number"] < asked.windows)]
    left = sorted(set(range(asked.windows)) - set(done.get("number", ())))
    until = time.monotonic() + 60.0 * asked.minutes
    for number in tqdm(left, desc="windows"):
        if time.monotonic() > until:
            print(f"time is over: {len(left) - left.index(number)} windows are left")
            break
        with_arch = asked.arch_every > 0 and number % asked.arch_every == 0
        window, rng = draw(series, asked.seed, number), np.random.default_rng([asked.seed, number])
        rows.append({"seed": asked.seed, "number": number} | compare(window, rng, asked.starts, with_arch))
        if kept is not None and (len(rows) % CHUNK == 0 or number == left[-1]):
            pd.DataFrame(rows).to_csv(kept, mode="a", header=not kept.is_file(), index=False)
            done, rows = pd.concat([done, pd.DataFrame(rows)]), []
    return pd.concat([done, pd.DataFrame(rows)], ignore_index=True)


def main() -> None:
    """Read the command line, draw, compare, report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--windows", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="file that keeps the rows, and that a stopped run goes on from")
    parser.add_argument("--minutes", type=float, default=np.inf, help="stop after so long and report what is done")
    parser.add_argument("--starts", type=int, default=32, help="random starts of a window")
    parser.add_argument("--arch-every", type=int, default=1, help="arch fits every so many windows; 0: never")
    parser.add_argument("--runs", type=int, default=25, help=f"runs of {RUN} consecutive windows that are rolled")
    asked = parser.parse_args()
    series = sources()
    fits = compare_all(series, asked)
    report(
        "Fits",
        fits,
        {
            "literal": "ours, arch also out of bounds",
            "arch_short": "the better of two arch fits",
            "starts_short": "starts and arch, polished",
        },
    )
    rows: list[dict[str, object]] = []
    for number in tqdm(range(asked.runs), desc="rolls"):
        rows += compare_roll(draw(series, asked.seed, number, RUN))
    report("Rolls", pd.DataFrame(rows), {"cold_short": "fits of the same windows"})


if __name__ == "__main__":
    main()
