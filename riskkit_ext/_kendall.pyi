import numpy as np
import numpy.typing as npt

source_digest: str

def tau_b(rank: npt.NDArray[np.uint32], tau: npt.NDArray[np.float64]) -> None: ...
