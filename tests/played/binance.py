"""Monthly files as Binance's archive has them, with invented prices."""

import hashlib
import io
import zipfile

import numpy as np
import pandas as pd
from played.server import Scene, Server

from riskkit.data.protocol import INTERVALS

HEADER = "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore"
FUNDING_HEADER = "calc_time,funding_interval_hours,last_funding_rate"
SPOT = "/data/spot/monthly/klines"
FUTURES = "/data/futures/um/monthly"


def opens(month, interval="1d"):
    start = pd.Timestamp(month, tz="UTC")
    times = pd.date_range(start, start + pd.offsets.MonthBegin(1), freq=INTERVALS[interval], inclusive="left")
    return times.as_unit("ns")


def klines(times, unit="ms", price=100.0):
    """Return rows of text: the close of the bar that opens at t is price + its number."""
    stamps = times.as_unit(unit).asi8
    step = (stamps[1] - stamps[0]) if len(stamps) > 1 else 1
    rows = []
    for k, stamp in enumerate(stamps):
        close = price + k
        cells = f"{price + k - 0.5:.8f},{close + 1.0:.8f},{close - 1.0:.8f},{close:.8f},12.50000000"
        rows.append(f"{stamp},{cells},{stamp + step - 1},1250.00000000,42,6.25000000,625.00000000,0")
    return rows


def fundings(times, late=0, rate=1e-4, hours=8):
    return [f"{stamp + late},{hours},{rate:.8f}" for stamp in times.as_unit("ms").asi8]


def text_of(rows, header=None):
    return ("\n".join([*([] if header is None else [header]), *rows]) + "\n").encode()


def packed(name, text):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return content.getvalue()


def put(server: Server, path: str, text: bytes, checksum: str | None = None, **scene: object) -> str:
    """Put a zip and its checksum into the archive and return the address of the zip."""
    name = path.rpartition("/")[2]
    content = packed(f"{name}.csv", text)
    told = f"{hashlib.sha256(content).hexdigest()}  {name}.zip\n" if checksum is None else checksum
    server.play(f"{path}.zip.CHECKSUM", Scene(body=told.encode()))
    return server.play(f"{path}.zip", Scene(body=content, **scene))


def put_bars(server, month, symbol="BTCUSDT", interval="1d", folder=SPOT, unit="ms", header=None, price=100.0):
    path = f"{folder}/{symbol}/{interval}/{symbol}-{interval}-{month}"
    return put(server, path, text_of(klines(opens(month, interval), unit, price), header))


def put_funding(server, month, symbol="BTCUSDT", late=0, rate=1e-4):
    path = f"{FUTURES}/fundingRate/{symbol}/{symbol}-fundingRate-{month}"
    return put(server, path, text_of(fundings(opens(month, "8h"), late, rate), FUNDING_HEADER))


def closes(*months, interval="1d", price=100.0):
    """Return what a source must make of :func:`put_bars`."""
    parts = [pd.Series(price + np.arange(len(opens(month, interval))), opens(month, interval)) for month in months]
    return pd.concat(parts).rename("close").rename_axis("date")
