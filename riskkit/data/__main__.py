"""Writes every market at hand to ``data/cache`` as Parquet and prints what each is: ``python -m riskkit.data``."""

from pathlib import Path

from riskkit.data.sources import NAMES, load

FOLDER = Path("data/cache")


def main() -> None:
    """Write the prices and their source, which ``riskkit.data.read`` and every Parquet reader find in the file."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        prices = load(name)
        path = FOLDER / f"{name}.parquet"
        prices.to_parquet(path)
        print(f"{path}  {len(prices):,} rows x {prices.shape[1]}  {prices.attrs['source']}")


if __name__ == "__main__":
    main()
