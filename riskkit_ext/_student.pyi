import numpy as np
import numpy.typing as npt

_Array = npt.NDArray[np.float64]

source_digest: str
OPTIMUM_SIZE: int
lanes: int
most_starts: int

def fit(y: _Array, workspace: _Array, out: _Array) -> None: ...
def derivatives(z: _Array, point: _Array, workspace: _Array, gradient: _Array, hessian: _Array) -> float: ...
def normaliser(eta: float, out: _Array) -> None: ...
def roll(y: _Array, step: int, window: int, first: int, last: int, block: int, workspace: _Array, out: _Array) -> None: ...
