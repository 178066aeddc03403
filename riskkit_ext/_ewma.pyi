import numpy as np
import numpy.typing as npt

_Array = npt.NDArray[np.float64]

source_digest: str

def variance(values: _Array, decay: float, out: _Array) -> None: ...
def filtered_var_es(loss: _Array, window: int, step: int, level: float, decay: float, var: _Array, es: _Array) -> int: ...
