"""Two short series on calendars of their own."""

import numpy as np
import pandas as pd
import pytest

SOURCE = "numbers made up for a test"


@pytest.fixture(scope="session")
def named_returns():
    rng = np.random.default_rng(6)
    stocks = pd.Series(rng.standard_t(4, 620) / 100, pd.bdate_range("2023-01-02", periods=620, tz="UTC"))
    coins = pd.Series(3 * rng.standard_t(3, 700) / 100, pd.date_range("2023-01-01", periods=700, tz="UTC"))
    stocks.attrs["source"] = coins.attrs["source"] = SOURCE
    return {"Stocks </script>": stocks, "BTC": coins}
