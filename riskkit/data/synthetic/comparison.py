"""How close the invented market comes: its stylised facts, seed by seed, beside those of the real one."""

from collections.abc import Iterable

import pandas as pd

from riskkit import checks, parallel
from riskkit.data.prices import returns
from riskkit.data.stylised import stylised_facts
from riskkit.data.synthetic.calibrated import calibration
from riskkit.data.synthetic.derivative_facts import derivative_facts, derivative_targets
from riskkit.data.synthetic.market import SyntheticMarket

NAMES = ("crypto", "crypto_hourly", "derivatives")


def stylised_targets() -> pd.Series:
    """Return the stylised facts of the real market that the invented one was calibrated to.

    Returns
    -------
    Series
        Indexed by (fact, asset) as :func:`riskkit.data.stylised_facts` names them; ``.attrs["sources"]`` is a dictionary
        from each fact to the sentence that says where its value comes from.

    Examples
    --------
    >>> targets = stylised_targets()
    >>> float(targets["correlation", "mean"]), targets.attrs["sources"]["correlation"][:44]
    (0.623, 'Mean pairwise correlation of daily log retur')
    """
    spot = calibration()["targets"]
    values = {(fact, asset): float(value) for fact, one in spot.items() for asset, value in one["values"].items()}
    quoted, sources = derivative_targets()
    result = pd.Series(values | quoted).rename_axis(["fact", "asset"])
    result.attrs = {
        "source": calibration()["real"],
        "sources": {fact: one["source"] for fact, one in spot.items()} | sources,
    }
    return result


def stylised_sample(seeds: Iterable[int], name: str = "crypto") -> pd.DataFrame:
    """Return the stylised facts of several invented markets: the sampling band in which the real ones should lie.

    Parameters
    ----------
    seeds : iterable of int
    name : str
        "crypto" for the facts of daily returns, "crypto_hourly" for those of hourly ones, "derivatives" for those of
        funding, mark price and implied volatility of BTC: the options in those eight months of each market whose spot
        volatility comes nearest to that of the real months behind the targets.

    Returns
    -------
    DataFrame of shape (seeds, facts)
        Columns (fact, asset).

    Examples
    --------
    >>> sample = stylised_sample(range(1, 4))
    >>> sample.shape, bool((sample["lower_tail_dependence_5", "mean"] > 0.5).all())
    ((3, 69), True)
    """
    checks.one_of("name", name, NAMES)
    numbers = [checks.whole("a seed", seed) for seed in seeds]
    checks.whole("the number of seeds", len(numbers), least=1)

    def facts(seed: int) -> pd.Series:
        if name == "derivatives":
            return derivative_facts(seed)
        return stylised_facts(returns(SyntheticMarket(seed).prices(name)))

    rows = parallel.compute(facts, numbers, label="markets" if len(numbers) > 3 else None)
    table = pd.DataFrame(dict(zip(numbers, rows, strict=True))).T.rename_axis("seed")
    table.attrs = {"source": f"SyntheticMarket, {len(numbers)} seeds: invented {name.replace('_', ' ')}"}
    return table
