import numpy as np
import numpy.typing as npt

_Array = npt.NDArray[np.float64]

source_digest: str

def tail_rank(n: int, level: float) -> int: ...
def var_es(loss: _Array, window: int, step: int, level: float, var: _Array, es: _Array) -> None: ...
def moments(loss: _Array, window: int, step: int, mean: _Array, deviation: _Array) -> None: ...
