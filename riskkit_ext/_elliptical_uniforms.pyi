import numpy as np
import numpy.typing as npt

_Array = npt.NDArray[np.float64]

source_digest: str
degree: int

def probabilities(x: _Array, cells: _Array, bits: int, high: float, out: _Array) -> None: ...
def fill(
    normal: _Array, gamma: _Array | None, shape: float, root: _Array, cells: _Array, bits: int, high: float, out: _Array
) -> None: ...
