import numpy as np
import numpy.typing as npt

_Array = npt.NDArray[np.float64]

source_digest: str
FAMILIES: tuple[str, ...]

def points(family: int, strength: float, nu: float, skew: float, most: float, first: _Array, second: _Array) -> None: ...
