"""The images of the book: scikit-learn's digits, which need no download, and MNIST.

MNIST (LeCun, Cortes & Burges 1998; CC BY-SA 3.0) is not part of the book. It is read from a folder the reader
names, or downloaded, checked against its SHA-256 and cached.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.numeric.arguments import one_of, real_array, whole
from analysis.numeric.arrays import of_numpy
from analysis.numeric.idx import read_idx
from analysis.numeric.optional import of_book

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

CLASSES = 10
MNIST_URL = "https://ossci-datasets.s3.amazonaws.com/mnist/"
MNIST_SHA256 = {
    "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}
_PREFIXES = {"train": ("train", "train-first1000"), "test": ("t10k",)}


@dataclass(frozen=True, eq=False)
class Dataset:
    """images (m, n), grey values in [0, 1]; labels (m,), digits 0–9; where they come from. Read-only arrays.

    Raises ValueError where shapes, values or labels are not as said.
    """

    images: Floats
    labels: Integers
    name: str
    source: str

    def __post_init__(self) -> None:
        images = real_array("images", self.images, ("m", "n"), low=0.0, high=1.0).copy()
        labels = of_numpy("labels", self.labels).copy()
        if labels.shape != images.shape[:1] or labels.dtype.kind not in "iu":
            raise ValueError(
                f"labels must be {len(images)} integers, not {labels.dtype} of shape {labels.shape}"
            )
        if labels.min() < 0 or labels.max() >= CLASSES:
            raise ValueError(f"labels must lie in 0 … {CLASSES - 1}, not {labels.min()} … {labels.max()}")
        labels = labels.astype(np.int64)
        for name, array in (("images", images), ("labels", labels)):
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    @property
    def targets(self) -> Floats:
        """One row of ten an image: 1 at its digit, 0 elsewhere (m, 10)."""
        return np.eye(CLASSES)[self.labels]

    @property
    def digest(self) -> str:
        """SHA-256 of the images and labels, to tell recorded runs apart."""
        parts = (np.ascontiguousarray(self.images).astype("<f8"), self.labels.astype("<i8"))
        return hashlib.sha256(b"".join(x.tobytes() for x in parts)).hexdigest()

    def first(self, count: int) -> Dataset:
        """The first ``count`` images; raises ValueError where there are fewer."""
        count = whole("count", count, 1, len(self.labels))
        return replace(self, images=self.images[:count], labels=self.labels[:count])


def digits() -> Dataset:
    """scikit-learn's bundled digits: 1,797 images of 8×8 pixels, grey values 0 … 16 divided by 16 (Alpaydin &
    Kaynak 1998).
    """
    bunch = of_book("sklearn.datasets").load_digits()
    source = "scikit-learn load_digits: the test part of UCI's Optical Recognition of Handwritten Digits"
    return Dataset(bunch.data / 16.0, bunch.target, "digits", source)


def mnist(
    folder: str | Path | None = None,
    *,
    split: str = "train",
    base_url: str = MNIST_URL,
    cache: str | Path | None = None,
) -> Dataset:
    """MNIST's 28×28 images, bytes divided by 256 as in Nielsen's copy (so that white is 255/256),
    in their order.

    With a ``folder``: its IDX files train-images-idx3-ubyte and train-labels-idx1-ubyte (t10k-… for
    ``split="test"``), gzipped or not, or train-first1000-images-idx3-ubyte and labels, the first 1,000.
    Without: downloaded from ``base_url``, checked and kept in ``cache`` (the system's cache folder by
    default). Raises FileNotFoundError, ValueError where a file is not right, ConnectionError where a download
    fails.
    """
    one_of("split", split, _PREFIXES)
    if folder is not None:
        images_path, labels_path = _found(Path(folder), split)
    else:
        prefix = _PREFIXES[split][0]
        images_path, labels_path = (
            _downloaded(f"{prefix}-{part}-ubyte.gz", base_url, cache)
            for part in ("images-idx3", "labels-idx1")
        )
    images, labels = read_idx(images_path, 3), read_idx(labels_path, 1)
    if images.shape[1:] != (28, 28):
        raise ValueError(
            f"{images_path}: images are {images.shape[1]}×{images.shape[2]}; they should be 28×28"
        )
    if len(images) != len(labels):
        raise ValueError(
            f"{labels_path}: has {len(labels)} labels; there should be {len(images)}, one an image"
        )
    if labels.max() >= CLASSES:
        raise ValueError(f"{labels_path}: has a label {labels.max()}; labels should be digits 0 to 9")
    return Dataset(
        images.reshape(len(images), -1) / 256.0,
        labels.astype(np.int64),
        "mnist",
        f"MNIST, {split} images: {images_path.name}",
    )


DATASETS: dict[str, Callable[..., Dataset]] = {"digits": digits, "mnist": mnist}


def load(name: str = "digits", *, count: int | None = None, **where: Any) -> Dataset:
    """The data set of that name, all of it or its first ``count`` images; ``where`` goes to ``mnist``.

    Raises ValueError naming the known ones, and as ``mnist`` does.
    """
    data = DATASETS[one_of("name", name, DATASETS)](**where)
    return data if count is None else data.first(count)


def _found(folder: Path, split: str) -> tuple[Path, Path]:
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: no such folder")
    parts = ("images-idx3-ubyte", "labels-idx1-ubyte")
    for prefix in _PREFIXES[split]:
        wanted = [f"{prefix}-{part}" for part in parts]
        paths = [next((p for p in (folder / n, folder / f"{n}.gz") if p.is_file()), None) for n in wanted]
        images, labels = paths
        if images is not None and labels is not None:
            return images, labels
        if images is not None or labels is not None:
            missing = wanted[0] if images is None else wanted[1]
            raise FileNotFoundError(f"{folder}: lacks {missing}[.gz], which belongs to the file beside it")
    names = " or ".join(f"{prefix}-{parts[0]}[.gz]" for prefix in _PREFIXES[split])
    raise FileNotFoundError(
        f"{folder}: holds no MNIST {split} images; there should be {names}, and the labels"
    )


def _downloaded(name: str, base_url: str, cache: str | Path | None) -> Path:
    pooch, requests = of_book("pooch"), of_book("requests")
    where = Path(cache) if cache is not None else Path(pooch.os_cache("unstable-gradients"))
    url = base_url.rstrip("/") + "/" + name
    fetch = pooch.HTTPDownloader(progressbar=sys.stderr.isatty(), timeout=30)
    try:
        return Path(
            pooch.retrieve(url, f"sha256:{MNIST_SHA256[name]}", fname=name, path=where, downloader=fetch)
        )
    except requests.RequestException as error:
        raise ConnectionError(
            f"{url}: could not be downloaded ({error}); name another base_url, or a folder that holds {name}"
        ) from error
    except ValueError as error:
        raise ValueError(
            f"{url}: is not MNIST's {name}, its SHA-256 differs; nothing was kept ({error})"
        ) from error
