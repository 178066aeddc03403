from collections.abc import Sequence
from typing import final

import numpy as np
import numpy.typing as npt

_Array = npt.NDArray[np.float64]

source_digest: str
most: int

@final
class Model:
    @property
    def size(self) -> int: ...
    def __init__(self, kind: int, own: Sequence[bool], law: int, lags: int, regressors: int, level: float) -> None: ...
    def pin(self, value: float, before: float) -> None: ...
    def natural(self, search: _Array, natural: _Array, by: _Array) -> None: ...
    def value(self, y: _Array, regressors: _Array, start: _Array, natural: _Array) -> float: ...
    def derivatives(
        self, y: _Array, regressors: _Array, start: _Array, natural: _Array, gradient: _Array, hessian: _Array
    ) -> float: ...
    def evaluate(
        self, y: _Array, regressors: _Array, start: _Array, search: _Array, gradient: _Array, hessian: _Array
    ) -> float: ...
    def path(
        self, y: _Array, regressors: _Array, start: _Array, natural: _Array, states: _Array, scores: _Array
    ) -> float: ...
    def fit(
        self,
        y: _Array,
        regressors: _Array,
        start: _Array,
        lower: _Array,
        upper: _Array,
        starts: _Array,
        point: _Array,
    ) -> tuple[float, int, int, int]: ...

def density(law: int, first: float, second: float, z: float, by: _Array, bend: _Array) -> float: ...
def half_moment(law: int, first: float, second: float, above: bool, exponent: float, by: _Array, bend: _Array) -> float: ...
