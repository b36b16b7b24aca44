"""Random numbers that a script in a browser and NumPy draw alike: sfc32 and the Box–Muller transform.

The script's side is ``sampler.js``. One stream belongs to each (seed, stream), so that thousands of chains
can be drawn in any order, here all at once.
Integers are equal bit for bit, normal numbers up to the rounding of log, cos and sin.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Words = NDArray[np.uint32]
Floats = NDArray[np.float64]
_WARM_UP = 12


class Stream:
    """Streams of 32-bit words, one for each element of ``streams``;
    sfc32 of Doty-Humphrey's PractRand (2014).

    Raises ValueError for a seed or stream that is no whole number from 0 to 2³² − 1.
    """

    def __init__(self, seed: int, streams: ArrayLike = 0) -> None:
        rows = np.atleast_1d(np.asarray(streams))
        for name, x in (("seed", np.asarray(seed)), ("streams", rows)):
            if x.dtype.kind not in "iu" or np.any(x < 0) or np.any(x >= 2**32):
                raise ValueError(f"{name} must be whole numbers from 0 to 2**32 - 1, not {x!r}")
        self._a = np.zeros(rows.shape, np.uint32)
        self._b = np.full(rows.shape, seed, np.uint32)
        self._c = rows.astype(np.uint32)
        self._count = np.uint32(1)
        for _ in range(_WARM_UP):
            self.words()

    def words(self) -> Words:
        """The next word of every stream."""
        word = self._a + self._b + self._count
        self._count = np.uint32((int(self._count) + 1) % 2**32)
        self._a = self._b ^ (self._b >> np.uint32(9))
        self._b = self._c + (self._c << np.uint32(3))
        self._c = ((self._c << np.uint32(21)) | (self._c >> np.uint32(11))) + word
        return word

    def normal_pair(self) -> tuple[Floats, Floats]:
        """Two independent standard normal numbers of every stream (Box & Muller 1958)."""
        radius = np.sqrt(-2.0 * np.log((self.words() + 0.5) / 2.0**32))
        angle = 2.0 * np.pi * (self.words() / 2.0**32)
        return radius * np.cos(angle), radius * np.sin(angle)
