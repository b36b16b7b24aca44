"""The IDX file format of MNIST (LeCun, Cortes & Burges 1998), read strictly: a file is right to the last byte
or refused.

A file is two zero bytes, a type code (8 for unsigned bytes), the number of dimensions d, then d big-endian
32-bit sizes, then the bytes themselves, last index fastest. It may be compressed with gzip.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

_TYPES = {
    0x08: "unsigned byte",
    0x09: "signed byte",
    0x0B: "int16",
    0x0C: "int32",
    0x0D: "float32",
    0x0E: "float64",
}


def read_idx(path: Path, dimensions: int) -> NDArray[np.uint8]:
    """The unsigned bytes of the IDX file ``path``, gzipped or not, an array with that many dimensions.

    Raises FileNotFoundError where there is none, and ValueError, naming the file and what would be right,
    where it is truncated, too long, corrupt, empty, or of another type or number of dimensions.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file")
    with path.open("rb") as raw:
        compressed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        try:
            if not compressed:
                return _parse(path, raw, dimensions)
            with gzip.open(raw) as unpacked:
                return _parse(path, unpacked, dimensions)  # type: ignore[arg-type]
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise ValueError(
                f"{path}: the gzip stream is corrupt or truncated ({error}); fetch the file again"
            ) from None


def _parse(path: Path, stream: BinaryIO, dimensions: int) -> NDArray[np.uint8]:
    magic = stream.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0":
        raise ValueError(
            f"{path}: not an IDX file; it should begin 00 00 08 {dimensions:02x}, not "
            f"{magic.hex(' ') or 'end'}"
        )
    if magic[2] != 0x08:
        kind = _TYPES.get(magic[2], "unknown")
        raise ValueError(f"{path}: holds type {magic[2]:#04x} ({kind}); it should be 0x08, unsigned byte")
    if magic[3] != dimensions:
        raise ValueError(f"{path}: has {magic[3]} dimensions; it should have {dimensions}")
    header = stream.read(4 * dimensions)
    if len(header) < 4 * dimensions:
        raise ValueError(f"{path}: ends in its header, which should have {4 + 4 * dimensions} bytes")
    shape = struct.unpack(f">{dimensions}I", header)
    size = math.prod(shape)
    if size == 0:
        raise ValueError(f"{path}: is empty: its header says {_times(shape)}")
    body = stream.read(size + 1)
    if len(body) != size:
        problem = f"only {len(body)} follow" if len(body) < size else "more follow"
        raise ValueError(f"{path}: its header says {_times(shape)} = {size} bytes, but {problem}")
    return np.frombuffer(body, dtype=np.uint8).reshape(shape)


def _times(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))
