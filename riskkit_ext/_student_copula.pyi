import numpy as np
import numpy.typing as npt

_Array = npt.NDArray[np.float64]
_Places = npt.NDArray[np.int32]

source_digest: str

def edge(p: float) -> float: ...
def scores(eta: float, least: float, x_least: float, p: _Array, out: _Array) -> None: ...
def tails(u: _Array) -> tuple[_Array, _Places]: ...
def loglikelihood(
    eta: float, score: _Array, place: _Places, inverse: _Array, moment: _Array | None = None
) -> float: ...
