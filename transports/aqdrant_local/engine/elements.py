"""The number types in which vectors can be kept, and what each leaves of a vector.

Called when vectors are written and when queries are prepared; everything is compared as float32.
"""

from __future__ import annotations

from enum import Enum

import numpy as np

from .arrays import Floats
from .distances import Distance, lengths_to_divide_by

__all__ = ["Datatype", "stored_form"]


class Datatype(Enum):
    """What the elements of a vector are rounded to.

    The compressed types of a server (`turbo4`, `turbo8`, `turbo16`) are kept in full: FLOAT32.
    """

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    UINT8 = "uint8"


def stored_form(datatype: Datatype, distance: Distance, vectors: Floats) -> Floats:
    """Turn vectors (n, d) into what is stored of them.

    For Cosine they get length one, but as uint8, which is divided when it is compared. Whole
    numbers are cut, not rounded, to 0 to 255.
    """
    if datatype is Datatype.UINT8:
        whole: Floats = np.trunc(np.clip(vectors, 0.0, 255.0))
        return whole
    if distance is Distance.COSINE:
        divisors = lengths_to_divide_by(vectors)
        vectors = vectors if divisors is None else vectors / divisors[:, None]
    if datatype is Datatype.FLOAT16:
        with np.errstate(over="ignore"):  # what does not fit is infinite, and refused as such
            return vectors.astype(np.float16).astype(np.float32)
    return vectors
