from collections.abc import Sequence
from typing import final

import numpy as np
import numpy.typing as npt

_Array = npt.NDArray[np.float64]

source_digest: str
degree: int
most_pieces: int

@final
class Margin:
    def __init__(
        self,
        cells: _Array,
        bits: int,
        first: int,
        edges: _Array,
        low: float,
        high: float,
        uniform: bool,
        body: int,
        p: _Array,
        x: _Array,
        guide: npt.NDArray[np.int64],
    ) -> None: ...
    def quantiles(self, x: _Array, out: _Array) -> None: ...

def losses(x: _Array, margins: Sequence[Margin], weights: _Array, simple: bool, out: _Array) -> None: ...
def elliptical_losses(
    z: _Array, root: _Array, radius: _Array, margins: Sequence[Margin], weights: _Array, simple: bool, out: _Array
) -> None: ...
