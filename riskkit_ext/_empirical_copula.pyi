import numpy as np
import numpy.typing as npt

source_digest: str

def draws_below(
    place: npt.NDArray[np.int16],
    first: npt.NDArray[np.int64],
    below: npt.NDArray[np.int16],
    count: npt.NDArray[np.int64],
) -> None: ...
