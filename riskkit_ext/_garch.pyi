from typing import Self, final

import numpy as np
import numpy.typing as npt

_Array = npt.NDArray[np.float64]

source_digest: str
OPTIMUM_SIZE: int
INFORMATION_SIZE: int
lanes: int
widest: int
most_starts: int

@final
class Model:
    def __new__(
        cls,
        student: bool,
        leverage: bool = False,
        zero_mean: bool = False,
        start: int = 0,
        start_variance: float = 0.0,
        targeting: bool = False,
        width: int = 0,
    ) -> Self: ...
    @property
    def size(self) -> int: ...
    @property
    def lower(self) -> list[float]: ...
    @property
    def upper(self) -> list[float]: ...

def fit(model: Model, y: _Array, workspace: _Array, out: _Array) -> None: ...
def search(model: Model, y: _Array, starts: _Array, workspace: _Array, out: _Array) -> None: ...
def derivatives(
    model: Model, z: _Array, start: _Array, point: _Array, workspace: _Array, gradient: _Array, hessian: _Array
) -> float: ...
def information(model: Model, z: _Array, start: _Array, point: _Array, workspace: _Array, out: _Array) -> None: ...
def path(model: Model, z: _Array, start: _Array, point: _Array, variance: _Array, scores: _Array) -> None: ...
def roll(
    model: Model, y: _Array, step: int, window: int, first: int, last: int, block: int, workspace: _Array, out: _Array
) -> None: ...
