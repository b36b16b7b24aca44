"""The data sets, and every way in which a file or a download can be wrong."""

from __future__ import annotations

import gzip
import hashlib
import http.server
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.numeric import data as data_module
from analysis.numeric.data import MNIST_SHA256, Dataset, digits, load, mnist
from analysis.numeric.idx import read_idx

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 28, 28)).astype(np.uint8)
LABELS = np.array([5, 0, 4, 1, 9], dtype=np.uint8)


def idx(array: Any, code: int = 0x08) -> bytes:
    """The bytes of an IDX file."""
    return bytes([0, 0, code, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def write(
    folder: Path, prefix: str = "train", suffix: str = ".gz", images: Any = IMAGES, labels: Any = LABELS
) -> None:
    """A small MNIST in ``folder``."""
    for part, array in (("images-idx3", images), ("labels-idx1", labels)):
        body = idx(array)
        (folder / f"{prefix}-{part}-ubyte{suffix}").write_bytes(gzip.compress(body) if suffix else body)


def shared_mnist(root: Path) -> Path:
    folder = root.parent / "shared" / "data" / "mnist"
    if not folder.is_dir():
        pytest.skip("the real files are not here")
    return folder


def test_digits() -> None:
    data = load()
    assert data.name == "digits" and data.images.shape == (1797, 64) and data.targets.shape == (1797, 10)
    assert data.images.min() == 0.0 and data.images.max() == 1.0
    assert np.unique(data.images * 16.0).tolist() == list(range(17))
    assert data.labels[:5].tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_array_equal(data.targets.argmax(axis=1), data.labels)
    np.testing.assert_array_equal(data.targets.sum(axis=1), 1.0)


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize(
    ("prefix", "split"), [("train", "train"), ("train-first1000", "train"), ("t10k", "test")]
)
def test_mnist_from_a_folder(tmp_path: Path, prefix: str, split: str, suffix: str) -> None:
    write(tmp_path, prefix, suffix)
    data = load("mnist", folder=tmp_path, split=split)
    np.testing.assert_array_equal(data.images * 256.0, IMAGES.reshape(5, 784))
    np.testing.assert_array_equal(data.labels, LABELS)
    assert f"{prefix}-images-idx3-ubyte{suffix}" in data.source and split in data.source


def test_the_full_file_goes_before_the_first_thousand(tmp_path: Path) -> None:
    write(tmp_path, "train-first1000", images=IMAGES[:2], labels=LABELS[:2])
    write(tmp_path, "train")
    assert len(mnist(tmp_path).labels) == 5


def test_real_mnist(root: Path) -> None:
    folder = shared_mnist(root)
    train, test = load("mnist", folder=folder, count=1000), load("mnist", folder=folder, split="test")
    assert train.images.shape == (1000, 784) and test.images.shape == (10000, 784)
    assert train.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert train.images.max() == 255 / 256
    for name, expected in MNIST_SHA256.items():
        if (folder / name).is_file():
            assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == expected
    assert (folder / "t10k-images-idx3-ubyte.gz").is_file()


def test_counts_and_names() -> None:
    some = load("digits", count=7)
    np.testing.assert_array_equal(some.images, digits().images[:7])
    for bad in (0, 1798, 2.5, True):
        with pytest.raises(ValueError, match="count must be an integer from 1 to 1797, not"):
            load("digits", count=bad)  # type: ignore[arg-type]
    for bad in ("cifar", None, ["mnist"]):
        with pytest.raises(ValueError, match="name must be one of digits, mnist, not"):
            load(bad)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="split must be one of train, test, not 'validation'"):
        load("mnist", split="validation")


def test_a_dataset_is_read_only_and_knows_itself() -> None:
    data = load("digits", count=3)
    with pytest.raises(ValueError, match="read-only"):
        data.images[0, 0] = 0.5
    with pytest.raises(ValueError, match="read-only"):
        data.labels[0] = 5
    assert data.digest == load("digits", count=3).digest != load("digits", count=4).digest


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros(3), [0, 0, 0], "images must have shape"),
        (np.zeros((0, 2)), [], "images must have shape"),
        ([[0.0, 1.5]], [0], "images must lie in"),
        ([[0.0, -0.1]], [0], "images must lie in"),
        ([[0.0, np.nan]], [0], "images must be finite"),
        ([[0.0, 1.0]], [0, 1], "labels must be 1 integers"),
        ([[0.0, 1.0]], [0.0], "labels must be 1 integers"),
        ([[0.0, 1.0]], [10], "labels must lie in 0 … 9"),
        ([[0.0, 1.0]], [-1], "labels must lie in 0 … 9"),
    ],
)
def test_a_dataset_refuses(images: Any, labels: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Dataset(images, np.array(labels), "made up", "here")


WRONG = {
    "no IDX at all": (b"<html>404 not found</html>", "should begin 00 00 08 03, not 3c 68 74 6d"),
    "empty file": (b"", "should begin 00 00 08 03, not end"),
    "three bytes": (b"\0\0\x08", "should begin 00 00 08 03, not 00 00 08"),
    "floats": (idx(IMAGES.astype(">f4"), 0x0D), r"holds type 0x0d \(float32\); it should be 0x08"),
    "unheard-of type": (idx(IMAGES, 0x07), r"holds type 0x07 \(unknown\)"),
    "labels for images": (idx(LABELS), "has 1 dimensions; it should have 3"),
    "cut in the header": (idx(IMAGES)[:11], "ends in its header, which should have 16 bytes"),
    "cut in the body": (idx(IMAGES)[:-1], "says 5 × 28 × 28 = 3920 bytes, but only 3919 follow"),
    "a byte too many": (idx(IMAGES) + b"\0", "= 3920 bytes, but more follow"),
    "no images": (idx(IMAGES[:0]), "is empty: its header says 0 × 28 × 28"),
}


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_is_named_with_what_would_be_right(tmp_path: Path, case: str, compressed: bool) -> None:
    body, message = WRONG[case]
    path = tmp_path / "some-images"
    path.write_bytes(gzip.compress(body) if compressed else body)
    with pytest.raises(ValueError, match=message) as error:
        read_idx(path, 3)
    assert str(path) in str(error.value)


@pytest.mark.parametrize("damage", ["cut", "checksum", "stream"])
def test_a_damaged_gzip_stream(tmp_path: Path, damage: str) -> None:
    packed = bytearray(gzip.compress(idx(IMAGES)))
    if damage == "cut":
        del packed[-9:]
    elif damage == "checksum":
        packed[-5] ^= 0xFF
    else:
        packed[10] = 0xFF  # a block of a type that does not exist
    path = tmp_path / "damaged.gz"
    path.write_bytes(packed)
    with pytest.raises(ValueError, match=r"damaged\.gz: the gzip stream is corrupt or truncated"):
        read_idx(path, 3)


def test_files_that_do_not_fit_together(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere: no such folder"):
        mnist(tmp_path / "nowhere")
    with pytest.raises(
        FileNotFoundError, match="holds no MNIST train images; there should be train-images-idx3-ubyte"
    ):
        mnist(tmp_path)
    with pytest.raises(FileNotFoundError, match="no such file"):
        read_idx(tmp_path / "nothing", 3)
    write(tmp_path)
    (tmp_path / "train-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(FileNotFoundError, match="lacks train-labels-idx1-ubyte"):
        mnist(tmp_path)
    write(tmp_path)
    (tmp_path / "train-images-idx3-ubyte.gz").unlink()
    with pytest.raises(FileNotFoundError, match="lacks train-images-idx3-ubyte"):
        mnist(tmp_path)
    write(tmp_path, labels=LABELS[:4])
    with pytest.raises(ValueError, match=r"train-labels-idx1-ubyte\.gz: has 4 labels; there should be 5"):
        mnist(tmp_path)
    write(tmp_path, labels=LABELS + 1)
    with pytest.raises(
        ValueError, match=r"train-labels-idx1-ubyte\.gz: has a label 10; labels should be digits"
    ):
        mnist(tmp_path)
    write(tmp_path, images=IMAGES[:, :8, :8])
    with pytest.raises(
        ValueError, match=r"train-images-idx3-ubyte\.gz: images are 8×8; they should be 28×28"
    ):
        mnist(tmp_path)


class Server:
    """A web server on the loopback address that hands out what ``files`` holds and counts the requests."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.missing_bytes = 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.rpartition("/")[2]
                outer.asked.append(self.path)
                if name not in outer.files:
                    self.send_error(404)
                    return
                body = outer.files[name]
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[: len(body) - outer.missing_bytes])

            def log_message(self, *arguments: Any) -> None:
                """Say nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/mnist"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self) -> None:
        """Stop serving and free the port."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    """A server with a small MNIST, whose digests stand in for the real ones."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    source = tmp_path / "served"
    source.mkdir()
    write(source)
    write(source, "t10k", images=IMAGES[:2], labels=LABELS[:2])
    running = Server()
    running.files = {p.name: p.read_bytes() for p in source.iterdir()}
    digests = {name: hashlib.sha256(body).hexdigest() for name, body in running.files.items()}
    assert set(digests) == set(MNIST_SHA256)
    monkeypatch.setattr(data_module, "MNIST_SHA256", digests)
    yield running
    running.close()


def left_in(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.rglob("*") if p.is_file()) if folder.exists() else []


def test_a_download_is_checked_and_kept(server: Server, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    for _ in range(2):
        data = load("mnist", base_url=server.url + "/", cache=cache)
        np.testing.assert_array_equal(data.labels, LABELS)
    assert sorted(server.asked) == ["/mnist/train-images-idx3-ubyte.gz", "/mnist/train-labels-idx1-ubyte.gz"]
    assert len(load("mnist", split="test", base_url=server.url, cache=cache).labels) == 2
    assert left_in(cache) == sorted(MNIST_SHA256)


def test_a_spoilt_file_in_the_cache_is_fetched_anew(server: Server, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    load("mnist", base_url=server.url, cache=cache)
    (cache / "train-labels-idx1-ubyte.gz").write_bytes(b"spoilt")
    np.testing.assert_array_equal(load("mnist", base_url=server.url, cache=cache).labels, LABELS)
    assert len(server.asked) == 3


def test_another_file_under_the_right_name_is_refused(server: Server, tmp_path: Path) -> None:
    server.files["train-images-idx3-ubyte.gz"] = gzip.compress(idx(255 - IMAGES))
    with pytest.raises(
        ValueError, match=r"train-images-idx3-ubyte\.gz, its SHA-256 differs; nothing was kept"
    ):
        load("mnist", base_url=server.url, cache=tmp_path / "cache")
    assert left_in(tmp_path / "cache") == []


def test_a_transfer_that_breaks_off_leaves_nothing(server: Server, tmp_path: Path) -> None:
    server.missing_bytes = 7
    with pytest.raises((ConnectionError, ValueError), match=r"train-images-idx3-ubyte\.gz"):
        load("mnist", base_url=server.url, cache=tmp_path / "cache")
    assert left_in(tmp_path / "cache") == []


def test_a_missing_page_and_an_unreachable_address(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del server.files["train-images-idx3-ubyte.gz"]
    with pytest.raises(
        ConnectionError, match=r"could not be downloaded \(404.*name another base_url, or a folder"
    ):
        load("mnist", base_url=server.url, cache=tmp_path / "cache")
    server.server.server_close()
    with pytest.raises(ConnectionError, match="could not be downloaded"):
        load("mnist", base_url=server.url, cache=tmp_path / "cache")
    with pytest.raises(ConnectionError, match="could not be downloaded"):
        load("mnist", base_url="no address", cache=tmp_path / "cache")
    assert left_in(tmp_path / "cache") == []


def test_the_default_cache_is_the_systems(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pooch

    monkeypatch.setattr(pooch, "os_cache", lambda project: tmp_path / "system" / project)
    load("mnist", base_url=server.url)
    assert left_in(tmp_path / "system" / "unstable-gradients") == [
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
    ]
