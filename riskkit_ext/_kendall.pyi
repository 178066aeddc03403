import numpy as np
import numpy.typing as npt

source_digest: str

def tau_b(values: npt.NDArray[np.float64], tau: npt.NDArray[np.float64]) -> None: ...
