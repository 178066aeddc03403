"""Which spans of a symbol belong to one listing; symbols are reused, and two coins must not become one series."""

import pandas as pd


def one_listing(venue: str, symbol: str, start: pd.Timestamp | None, end: pd.Timestamp | None) -> None:
    """Refuse a span in which the symbol named two coins; no such symbol is known here yet."""
