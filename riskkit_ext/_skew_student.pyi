import numpy as np
import numpy.typing as npt

_Array = npt.NDArray[np.float64]

source_digest: str

def density(q: _Array, a: _Array, nu: float, d: float, value: _Array, by_q: _Array, by_a: _Array) -> None: ...
def quantiles(logit: _Array, skew: float, nu: float, x: _Array) -> None: ...
def logits(x: _Array, skew: float, nu: float, logit: _Array) -> None: ...
