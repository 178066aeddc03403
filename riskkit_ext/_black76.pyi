from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_Array = npt.NDArray[np.float64]

source_digest: str
widest: int
outputs: int
OUTPUTS: tuple[str, ...]
STATUSES: dict[str, int]

def prices(
    forward: _Array,
    strike: _Array,
    years: _Array,
    volatility: _Array,
    sign: _Array,
    discount: _Array,
    out: _Array,
    normal: bool = False,
    width: int = 0,
) -> bool: ...
def greeks(
    forward: _Array,
    strike: _Array,
    years: _Array,
    volatility: _Array,
    sign: _Array,
    discount: _Array,
    out: _Array,
    normal: bool = False,
    width: int = 0,
    which: Sequence[str] = ...,
) -> bool: ...
def implied(
    forward: _Array,
    strike: _Array,
    years: _Array,
    price: _Array,
    sign: _Array,
    discount: _Array,
    volatility: _Array,
    resolution: _Array,
    status: npt.NDArray[np.int8],
    normal: bool = False,
    width: int = 0,
) -> None: ...
def revalue(
    forward: _Array,
    volatility: _Array,
    strike: _Array,
    years: _Array,
    sign: _Array,
    factor: _Array,
    out: _Array,
    width: int = 0,
) -> bool: ...
def normal(z: _Array, density: _Array, mills: _Array, decline: _Array) -> None: ...
def log_ratio(a: _Array, b: _Array, out: _Array) -> None: ...
