import numpy as np
import numpy.typing as npt

_Array = npt.NDArray[np.float64]

source_digest: str
lanes: int
widest: int
kinds: tuple[str, str, str]

def evaluate(
    kind: int,
    student: bool,
    n: int,
    z: _Array,
    matrices: _Array,
    point: _Array,
    gradient: _Array | None = None,
    scores: _Array | None = None,
    target: _Array | None = None,
    width: int = 0,
) -> float: ...
def path(kind: int, z: _Array, matrices: _Array, point: _Array, q: _Array) -> None: ...
