import numpy as np
import numpy.typing as npt

_Array = npt.NDArray[np.float64]

source_digest: str
OPTIMUM_SIZE: int
lanes: int
widest: int
most_starts: int

def bounds(student: bool) -> tuple[list[float], list[float]]: ...
def fit(y: _Array, student: bool, mean_square: bool, workspace: _Array, out: _Array) -> None: ...
def derivatives(
    z: _Array, start: _Array, point: _Array, student: bool, workspace: _Array, gradient: _Array, hessian: _Array
) -> float: ...
def path(z: _Array, start: _Array, point: _Array, student: bool, variance: _Array, scores: _Array) -> None: ...
def roll(
    y: _Array,
    step: int,
    window: int,
    first: int,
    last: int,
    block: int,
    student: bool,
    mean_square: bool,
    workspace: _Array,
    out: _Array,
    width: int = 0,
) -> None: ...
