"""The loaders return the true data, and refuse anything else with an error that helps."""

import gzip
import hashlib
import io
import lzma
import os
import pickle
import re
import struct
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy
from PIL import Image

from lenet_course import datasets
from lenet_course.authoring import data as authoring

Files = dict[str, bytes]


def md5_of(files: Files) -> dict[str, str]:
    return {name: hashlib.md5(content).hexdigest() for name, content in files.items()}


def flip_byte(path: Path, position: int) -> None:
    content = bytearray(path.read_bytes())
    content[position] ^= 0xFF
    path.write_bytes(content)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def write_tar(path: Path, files: Files, mode: Any) -> None:
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


# The input of 1998


@given(
    st_numpy.arrays(np.uint8, st.tuples(st.integers(0, 3), st.just(28), st.just(28))),
)
def test_as_1998_scales_ink_and_adds_paper(images: np.ndarray) -> None:
    x = datasets.as_1998(images)
    assert x.shape == (len(images), 32, 32, 1)
    assert x.dtype == np.float32
    inside = x[:, 2:-2, 2:-2, 0]
    np.testing.assert_allclose(inside, -0.1 + images / 255 * 1.275, atol=1e-6)
    outside = np.ones((32, 32), bool)
    outside[2:-2, 2:-2] = False
    assert (x[:, outside] == np.float32(-0.1)).all()


def test_as_1998_gives_the_values_of_the_paper_to_paper_and_ink() -> None:
    images = np.zeros((1, 28, 28), np.uint8)
    images[0, 0, 0] = 255
    x = datasets.as_1998(images)
    assert x.min() == np.float32(-0.1)
    assert x.max() == x[0, 2, 2, 0] == pytest.approx(1.175)
    (digits, _), _ = datasets.load_mnist()
    assert datasets.as_1998(digits[:10_000]).mean() == pytest.approx(0.028, abs=0.002)


@pytest.mark.parametrize(
    ("images", "received"),
    [
        (np.zeros((2, 28, 28)), r"float64 of shape \(2, 28, 28\)"),
        (np.zeros((28, 28), np.uint8), r"uint8 of shape \(28, 28\)"),
        (np.zeros((2, 32, 32), np.uint8), r"uint8 of shape \(2, 32, 32\)"),
        (np.zeros((2, 28, 28, 1), np.uint8), r"uint8 of shape \(2, 28, 28, 1\)"),
    ],
)
def test_as_1998_refuses_other_images(images: np.ndarray, received: str) -> None:
    expected = r"expected uint8 of shape \(n, 28, 28\)"
    with pytest.raises(ValueError, match=f"The images are {received}, {expected}"):
        datasets.as_1998(images)


# MNIST and Fashion-MNIST: the files in the package


def test_mnist_is_complete() -> None:
    (x_train, y_train), (x_test, y_test) = datasets.load_mnist()
    assert x_train.shape == (60000, 28, 28)
    assert y_train.shape == (60000,)
    assert x_test.shape == (10000, 28, 28)
    assert y_test.shape == (10000,)
    assert {array.dtype for array in (x_train, y_train, x_test, y_test)} == {np.dtype(np.uint8)}
    # Facts about MNIST that do not come from this package.
    assert y_train[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert y_test[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert np.bincount(y_train).tolist() == [
        *(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949)
    ]
    assert x_train.mean() / 255 == pytest.approx(0.1307, abs=5e-5)
    assert x_train.std() / 255 == pytest.approx(0.3081, abs=5e-5)


def test_fashion_mnist_is_the_documented_subset() -> None:
    (x_train, y_train), (x_test, y_test) = datasets.load_fashion_mnist()
    assert x_train.shape == (15000, 28, 28)
    assert x_test.shape == (2500, 28, 28)
    assert np.bincount(y_train).tolist() == [1500] * 10
    assert np.bincount(y_test).tolist() == [250] * 10
    # The first labels of the full set: all of them are among the first of their class.
    assert y_train[:10].tolist() == [9, 0, 0, 3, 0, 2, 7, 2, 5, 5]
    assert y_test[:10].tolist() == [9, 2, 1, 1, 6, 1, 4, 6, 5, 7]


def test_arrays_are_fresh_and_writable() -> None:
    (x_train, y_train), (x_test, y_test) = datasets.load_fashion_mnist()
    for array in (x_train, y_train, x_test, y_test):
        array[:] = 77
    (x_train, y_train), (x_test, y_test) = datasets.load_fashion_mnist()
    assert all((array != 77).any() for array in (x_train, y_train, x_test, y_test))


def test_readme_states_the_files_as_they_are() -> None:
    readme = (datasets.DATA / "README.md").read_text(encoding="utf-8")
    archives = sorted(datasets.DATA.glob("*.tar.xz"))
    assert [path.name for path in archives] == [
        datasets.FASHION_MNIST_ARCHIVE,
        datasets.MNIST_ARCHIVE,
    ]
    for path, limit in zip(archives, (7_000_000, 12_000_000), strict=True):
        content = path.read_bytes()
        assert len(content) <= limit
        digest = hashlib.sha256(content).hexdigest()
        assert f"| `{path.name}` | {len(content):,} | `{digest}` |" in readme
    for name, md5 in datasets.MNIST_MD5.items():
        assert f"| `{name}` | `{md5}` |\n" in readme
    for name, full in datasets.FASHION_MNIST_MD5.items():
        subset = datasets.FASHION_MNIST_SUBSET_MD5[name]
        assert f"| `{name}` | `{subset}` | `{full}` |\n" in readme


def test_datasets_needs_no_tensorflow() -> None:
    code = (
        "import sys, lenet_course.datasets; sys.exit('tensorflow' in sys.modules or "
        "'keras' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# The IDX format


@given(
    st_numpy.arrays(np.uint8, st_numpy.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=6))
)
def test_idx_round_trip(array: datasets.ByteArray) -> None:
    content = datasets.encode_idx(array)
    decoded = datasets.decode_idx(content, "test")
    assert decoded.dtype == np.uint8
    assert decoded.shape == array.shape
    assert (decoded == array).all()
    assert decoded.flags.writeable


@given(
    st_numpy.arrays(np.uint8, st_numpy.array_shapes(max_dims=3, max_side=4)),
    st.integers(min_value=0),
)
def test_idx_cut_anywhere_is_refused(array: datasets.ByteArray, length: int) -> None:
    content = datasets.encode_idx(array)
    with pytest.raises(ValueError, match="expected"):
        datasets.decode_idx(content[: length % len(content)], "test")


def test_idx_is_the_published_format() -> None:
    header = bytes.fromhex("00000803 00000002 00000001 00000003")
    array = datasets.decode_idx(header + bytes(range(6)), "test")
    assert array.tolist() == [[[0, 1, 2]], [[3, 4, 5]]]
    assert datasets.encode_idx(array) == header + bytes(range(6))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"digits is not an IDX file .* begins with the bytes \(none\), expected 00 00 08"),
        (gzip.compress(b"\0"), r"begins with the bytes 1f 8b 08 00, .* Uncompress the file"),
        (struct.pack(">4BIi", 0, 0, 0x0C, 1, 1, 7), "begins with the bytes 00 00 0c 01"),
        (struct.pack(">4BI4s", 0, 0, 8, 1, 3, b"abcd"), r"12 bytes, expected 11 .* shape \(3,\)"),
        (struct.pack(">4BI2s", 0, 0, 8, 1, 3, b"ab"), r"10 bytes, expected 11 .* fresh copy"),
    ],
    ids=["empty", "compressed", "int32", "long", "short"],
)
def test_idx_says_what_is_wrong(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        datasets.decode_idx(content, "digits")


# The files in the package: packing, loading, damage


def small_originals(n_train: int = 60, n_test: int = 30) -> Files:
    """Four IDX files of small images; the labels come in no order."""
    rng = np.random.default_rng(0)
    files = {}
    for split, n in (("train", n_train), ("t10k", n_test)):
        images = rng.integers(0, 256, (n, 5, 4), dtype=np.uint8)
        labels = rng.permutation(np.arange(n) % 10).astype(np.uint8)
        files[f"{split}-images-idx3-ubyte"] = datasets.encode_idx(images)
        files[f"{split}-labels-idx1-ubyte"] = datasets.encode_idx(labels)
    return files


@pytest.fixture
def originals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with four small original files, which take the place of both data sets."""
    files = small_originals()
    folder = tmp_path / "originals"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    data = tmp_path / "data"
    data.mkdir()
    monkeypatch.setattr(datasets, "DATA", data)
    monkeypatch.setattr(datasets, "MNIST_MD5", md5_of(files))
    monkeypatch.setattr(datasets, "FASHION_MNIST_MD5", md5_of(files))
    return folder


@pytest.fixture
def packed(originals: Path) -> Path:
    return authoring.pack_mnist(originals)


def test_pack_mnist_round_trip(originals: Path, packed: Path) -> None:
    assert packed == datasets.DATA / "mnist.tar.xz"
    with tarfile.open(packed) as archive:
        assert archive.getnames() == sorted(datasets.MNIST_MD5)
        assert {(m.mtime, m.uid, m.gid, m.uname, m.gname) for m in archive} == {(0, 0, 0, "", "")}
    (x_train, y_train), (x_test, y_test) = datasets.load_mnist()
    arrays = (x_train, y_train, x_test, y_test)
    names = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
    for array, name in zip(arrays, names, strict=True):
        assert datasets.encode_idx(array) == (originals / f"{name}-ubyte").read_bytes()


def test_pack_is_deterministic(originals: Path, packed: Path) -> None:
    first = packed.read_bytes()
    for path in originals.iterdir():  # another time stamp, another order in the folder
        content = path.read_bytes()
        path.unlink()
        (originals / f"{path.name}.gz").write_bytes(gzip.compress(content))
    assert authoring.pack_mnist(originals).read_bytes() == first
    assert [path.name for path in packed.parent.iterdir()] == [packed.name]


def test_pack_refuses_a_damaged_original(originals: Path, packed: Path) -> None:
    before = packed.read_bytes()
    flip_byte(originals / "t10k-images-idx3-ubyte", 100)
    with pytest.raises(ValueError, match=r"t10k-images-idx3-ubyte in .* is damaged .* the MD5"):
        authoring.pack_mnist(originals)
    assert packed.read_bytes() == before


def test_pack_fashion_mnist_takes_the_first_of_each_class(
    originals: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authoring, "SUBSET_PER_CLASS", {"train": 3, "t10k": 2})
    expected: Files = {}
    for split, per_class in (("train", 3), ("t10k", 2)):
        names = f"{split}-images-idx3-ubyte", f"{split}-labels-idx1-ubyte"
        images, labels = (
            datasets.decode_idx((originals / name).read_bytes(), name) for name in names
        )
        kept = [
            i for i, label in enumerate(labels) if np.count_nonzero(labels[:i] == label) < per_class
        ]
        expected[names[0]] = datasets.encode_idx(images[kept])
        expected[names[1]] = datasets.encode_idx(labels[kept])
    monkeypatch.setattr(datasets, "FASHION_MNIST_SUBSET_MD5", md5_of(expected))

    authoring.pack_fashion_mnist(originals)
    (x_train, y_train), (x_test, y_test) = datasets.load_fashion_mnist()
    for array, content in zip((x_train, y_train, x_test, y_test), expected.values(), strict=True):
        assert datasets.encode_idx(array) == content


def test_pack_fashion_mnist_refuses_another_subset(originals: Path) -> None:
    with pytest.raises(ValueError, match=r"the new subset .* change FASHION_MNIST_SUBSET_MD5"):
        authoring.pack_fashion_mnist(originals)
    assert not list(datasets.DATA.iterdir())


def test_missing_archive(packed: Path) -> None:
    packed.unlink()
    with pytest.raises(FileNotFoundError, match=r"mnist\.tar\.xz, .* Install the package again"):
        datasets.load_mnist()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (truncate, r"mnist\.tar\.xz \([\d,]+ bytes\) is damaged: expected a whole \.xz file"),
        (lambda path: flip_byte(path, 1000), "is damaged: expected a whole .xz file"),
        (lambda path: path.write_bytes(b""), r"\(0 bytes\) is damaged"),
        (lambda path: path.write_bytes(lzma.compress(b"x" * 2000)), "holds no tar archive"),
        (
            lambda path: write_tar(path, {"a": b"1"}, "w:xz"),
            r"holds a; expected it to hold train-images-idx3-ubyte\. Install the package again",
        ),
        (
            lambda path: write_tar(path, {}, "w:xz"),
            r"holds nothing; expected it to hold train-images-idx3-ubyte",
        ),
        (
            lambda path: write_tar(path, small_originals(n_train=61), "w:xz"),
            r"train-images-idx3-ubyte in .* is damaged or another file: its 1,236 bytes have the "
            r"MD5 \w+, expected \w+\. Install",
        ),
    ],
    ids=["truncated", "flipped", "empty", "no tar", "other file", "no file", "other content"],
)
def test_damaged_archive(packed: Path, damage: Callable[[Path], object], message: str) -> None:
    datasets.load_mnist()
    damage(packed)
    with pytest.raises(ValueError, match=message):
        datasets.load_mnist()


def test_no_byte_of_an_archive_can_change_unnoticed(packed: Path) -> None:
    for position in range(packed.stat().st_size):
        flip_byte(packed, position)
        with pytest.raises(ValueError, match=r"mnist\.tar\.xz"):
            datasets.load_mnist()
        flip_byte(packed, position)
    datasets.load_mnist()


# MNIST from the reader's own files


def test_mnist_from_folder(originals: Path) -> None:
    expected = {path.name: path.read_bytes() for path in originals.iterdir()}
    (originals / "t10k-images-idx3-ubyte").unlink()
    content = gzip.compress(expected["t10k-images-idx3-ubyte"])
    (originals / "t10k-images-idx3-ubyte.gz").write_bytes(content)
    (x_train, y_train), (x_test, y_test) = datasets.load_mnist(str(originals))
    for array, name in zip((x_train, y_train, x_test, y_test), datasets.MNIST_MD5, strict=True):
        assert datasets.encode_idx(array) == expected[name]


def test_mnist_folder_with_a_missing_or_damaged_file(originals: Path) -> None:
    flip_byte(originals / "train-labels-idx1-ubyte", 20)
    with pytest.raises(ValueError, match=r"train-labels-idx1-ubyte in .* is damaged"):
        datasets.load_mnist(originals)
    (originals / "train-labels-idx1-ubyte").unlink()
    with pytest.raises(FileNotFoundError, match="holds train-labels-idx1-ubyte or"):
        datasets.load_mnist(originals)


# Fashion-MNIST, the full set


@pytest.mark.parametrize("compressed", [False, True])
def test_fashion_mnist_from_folder(originals: Path, compressed: bool) -> None:
    expected = {path.name: path.read_bytes() for path in originals.iterdir()}
    if compressed:
        for name, content in expected.items():
            (originals / f"{name}.gz").write_bytes(gzip.compress(content))
            (originals / name).unlink()
    (x_train, y_train), (x_test, y_test) = datasets.load_fashion_mnist(folder=str(originals))
    assert datasets.encode_idx(x_train) == expected["train-images-idx3-ubyte"]
    assert datasets.encode_idx(y_train) == expected["train-labels-idx1-ubyte"]
    assert datasets.encode_idx(x_test) == expected["t10k-images-idx3-ubyte"]
    assert datasets.encode_idx(y_test) == expected["t10k-labels-idx1-ubyte"]


def test_fashion_mnist_folder_without_the_files(tmp_path: Path) -> None:
    with pytest.raises(
        FileNotFoundError,
        match=r"holds nothing; expected a folder that holds train-images-idx3-ubyte or "
        r"train-images-idx3-ubyte\.gz\. Check the path",
    ):
        datasets.load_fashion_mnist(folder=tmp_path)
    (tmp_path / "notes.txt").touch()
    with pytest.raises(FileNotFoundError, match=r"holds notes\.txt; expected"):
        datasets.load_fashion_mnist(folder=tmp_path)
    with pytest.raises(FileNotFoundError, match="nowhere is not a folder; expected"):
        datasets.load_fashion_mnist(folder=tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (truncate, r"\.gz \([\d,]+ bytes\) is damaged: expected a whole \.gz file"),
        (lambda path: flip_byte(path, -6), r"expected a whole \.gz file, but: CRC check failed"),
        (lambda path: flip_byte(path, 30), r"expected a whole \.gz file"),
        (lambda path: path.write_bytes(b"<html>"), r"whole \.gz file, but: Not a gzipped file"),
        (lambda path: path.write_bytes(gzip.compress(b"other")), "its 5 bytes have the MD5"),
    ],
    ids=["truncated", "flipped sum", "flipped data", "not gzip", "other content"],
)
def test_fashion_mnist_folder_with_a_damaged_file(
    originals: Path, damage: Callable[[Path], object], message: str
) -> None:
    plain = originals / "train-labels-idx1-ubyte"
    path = originals / "train-labels-idx1-ubyte.gz"
    path.write_bytes(gzip.compress(plain.read_bytes()))
    plain.unlink()
    datasets.load_fashion_mnist(folder=originals)
    damage(path)
    with pytest.raises(ValueError, match=message):
        datasets.load_fashion_mnist(folder=originals)


def fake_keras(monkeypatch: pytest.MonkeyPatch, load_data: Callable[[], Any]) -> None:
    fashion_mnist = SimpleNamespace(load_data=load_data)
    keras = SimpleNamespace(datasets=SimpleNamespace(fashion_mnist=fashion_mnist))
    monkeypatch.setitem(sys.modules, "keras", keras)


@pytest.mark.usefixtures("originals")
def test_fashion_mnist_through_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    arrays = [datasets.decode_idx(content, "test") for content in small_originals().values()]
    for array in arrays:
        array.flags.writeable = False  # as Keras returns them
    fake_keras(monkeypatch, lambda: ((arrays[0], arrays[1]), (arrays[2], arrays[3])))
    (x_train, y_train), (x_test, y_test) = datasets.load_fashion_mnist(full=True)
    for array, expected in zip((x_train, y_train, x_test, y_test), arrays, strict=True):
        assert (array == expected).all()
        assert array.flags.writeable

    fake_keras(monkeypatch, lambda: ((arrays[0], arrays[1]), (arrays[2][:-1], arrays[3])))
    with pytest.raises(ValueError, match=r"t10k-images-idx3-ubyte in the copy .* Delete"):
        datasets.load_fashion_mnist(full=True)


def test_fashion_mnist_failed_download(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> Any:
        raise Exception("URL fetch failure")

    fake_keras(monkeypatch, fail)
    with pytest.raises(RuntimeError, match=r"URL fetch failure.*load_fashion_mnist\(folder="):
        datasets.load_fashion_mnist(full=True)
    monkeypatch.setitem(sys.modules, "keras", None)  # as if not installed
    with pytest.raises(RuntimeError, match=r"ModuleNotFoundError.*load_fashion_mnist\(folder="):
        datasets.load_fashion_mnist(full=True)


def test_fashion_mnist_full_and_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"received full=True and folder=.*Give one of them"):
        datasets.load_fashion_mnist(full=True, folder=tmp_path)


# USPS

ONE_EACH = ((1,) * 10, (1,) * 10)
# One image of each digit, in thousandths, with the extremes.
USPS_IMAGES = np.random.default_rng(0).integers(-1000, 1001, (10, 16, 16)).astype(np.int16)
USPS_IMAGES[0, 0, :2] = -1000, 1000


def usps_text(labels: np.ndarray) -> bytes:
    """Lines as in zip.train: four decimals, a space between numbers and at the end."""
    lines = [
        f"{digit:.4f} " + " ".join(f"{value / 1000:.4f}" for value in image.ravel()) + " \n"
        for digit, image in enumerate(USPS_IMAGES)
    ]
    return "".join(lines[label] for label in labels).encode()


@pytest.fixture
def usps_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """zip.train and zip.test with one image of each digit."""
    monkeypatch.setattr(datasets, "USPS_COUNTS", ONE_EACH)
    for name in ("zip.train", "zip.test"):
        (tmp_path / name).write_bytes(usps_text(np.arange(10)))
    return tmp_path


def usps_arrays() -> dict[str, np.ndarray]:
    labels = np.arange(10, dtype=np.uint8)
    return {"x_train": USPS_IMAGES, "y_train": labels, "x_test": USPS_IMAGES, "y_test": labels}


def write_npz(path: Path, arrays: dict[str, np.ndarray]) -> Path:
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]
    return path


@pytest.mark.parametrize("kind", ["plain", "gz", "npz"])
def test_usps_at_full_size(tmp_path: Path, kind: str) -> None:
    rng = np.random.default_rng(1)
    labels = [
        rng.permutation(np.repeat(np.arange(10, dtype=np.uint8), counts))
        for counts in datasets.USPS_COUNTS
    ]
    path = tmp_path
    if kind == "npz":
        arrays = {f"y_{s}": y for s, y in zip(("train", "test"), labels, strict=True)}
        arrays |= {f"x_{s}": USPS_IMAGES[arrays[f"y_{s}"]] for s in ("train", "test")}
        path = write_npz(tmp_path / "usps.npz", arrays)
    else:
        for name, y in zip(("zip.train", "zip.test"), labels, strict=True):
            content = usps_text(y)
            if kind == "gz":
                (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content))
            else:
                (tmp_path / name).write_bytes(content)

    (x_train, y_train), (x_test, y_test) = datasets.load_usps(path)
    assert x_train.shape == (7291, 16, 16)
    assert x_test.shape == (2007, 16, 16)
    for x, y, expected in ((x_train, y_train, labels[0]), (x_test, y_test, labels[1])):
        assert x.dtype == np.float32
        assert y.dtype == np.uint8
        assert (y == expected).all()
        assert (x == (USPS_IMAGES[expected] / 1000).astype(np.float32)).all()
        assert x.min() == -1
        assert x.max() == 1
        assert x.flags.writeable
        assert y.flags.writeable


def drop_last_line(content: bytes) -> bytes:
    return b"".join(content.splitlines(keepends=True)[:-1])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (drop_last_line, r"zip\.test in .* has 9 lines, expected 10, .* fresh copy"),
        (lambda content: b"", "has 0 lines, expected 10"),
        (lambda content: content[:-100], "expected 257 numbers in each line.*at row 10"),
        (lambda content: content.replace(b" -", b" ", 3)[:-8] + b"ink \n", "257 numbers.*'ink'"),
        (lambda content: content[:-1] + b"# note\n", "257 numbers.* changed from 257 to 259"),
        (
            lambda content: re.sub(rb" [-\d.]+ \n", b"\n", content),
            r"257 numbers in each line.* cannot reshape array",
        ),
        (lambda content: drop_last_line(content) + b"\n", r"shape \(9, 16, 16\)"),
        (lambda content: b"7" + content[1:], r"images of class 0 to 9, expected \(1, 1, 1"),
        (lambda content: b"0.5" + content[3:], r"has the labels \[0\.5\], expected 0 to 9 only"),
        (
            lambda content: content.replace(b" -1.0000 1.0000", b" -1.5000 1.2500"),
            r"gray values from -1\.5 to 1\.25, expected -1 to 1",
        ),
        (lambda content: content.replace(b" -1.0000", b" nan"), "gray values from nan to nan"),
    ],
    ids=[
        *("line missing", "empty", "cut in a line", "no number", "comment", "256 columns"),
        *("empty line", "other counts", "no digit", "out of range", "nan"),
    ],
)
def test_usps_damaged_text(
    usps_folder: Path, change: Callable[[bytes], bytes], message: str
) -> None:
    datasets.load_usps(usps_folder)
    path = usps_folder / "zip.test"
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(ValueError, match=message):
        datasets.load_usps(usps_folder)


def test_usps_truncated_gz(usps_folder: Path) -> None:
    content = gzip.compress((usps_folder / "zip.train").read_bytes())
    (usps_folder / "zip.train").unlink()
    (usps_folder / "zip.train.gz").write_bytes(content[:-20])
    with pytest.raises(ValueError, match=r"zip\.train\.gz .* expected a whole \.gz file"):
        datasets.load_usps(usps_folder)


def test_usps_wrong_path(usps_folder: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere does not exist\. Expected a folder with"):
        datasets.load_usps(usps_folder / "nowhere")
    with pytest.raises(ValueError, match=r"zip\.train is of another kind\. Expected a folder with"):
        datasets.load_usps(usps_folder / "zip.train")
    (usps_folder / "zip.test").unlink()
    with pytest.raises(FileNotFoundError, match=r"holds zip\.train; .* zip\.test or zip\.test\.gz"):
        datasets.load_usps(usps_folder)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("y_test", None, r"holds the arrays x_train \(int16\), .* expected y_test \(uint8\)"),
        ("x_train", USPS_IMAGES / 1000, r"x_train \(float64\), .* expected x_train \(int16\)"),
        ("x_train", USPS_IMAGES[:9], r"shape \(9, 16, 16\) and labels of shape \(10,\), expected"),
        ("y_train", np.zeros((10, 1), np.uint8), r"labels of shape \(10, 1\), expected"),
        ("y_train", np.arange(1, 11, dtype=np.uint8), r"has the labels \[10\], expected 0 to 9"),
        ("x_test", USPS_IMAGES * 2, "gray values from"),
        ("x_test", np.array([{}], object), "not an .npz file of plain arrays"),
    ],
    ids=["missing", "dtype", "images", "labels", "no digit", "out of range", "object"],
)
def test_usps_wrong_npz(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: np.ndarray | None,
    message: str,
) -> None:
    monkeypatch.setattr(datasets, "USPS_COUNTS", ONE_EACH)
    arrays = usps_arrays()
    datasets.load_usps(write_npz(tmp_path / "right.npz", arrays))
    if value is None:
        del arrays[name]
    else:
        arrays[name] = value
    with pytest.raises(ValueError, match=message):
        datasets.load_usps(write_npz(tmp_path / "wrong.npz", arrays))


def npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "damage",
    [
        truncate,
        lambda path: flip_byte(path, 500),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"<html>"),
        lambda path: path.write_bytes(pickle.dumps({"x_train": 1})),
        lambda path: path.write_bytes(npy(USPS_IMAGES)),
    ],
    ids=["truncated", "flipped", "empty", "html", "pickle", "npy"],
)
def test_usps_damaged_npz(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path], object]
) -> None:
    monkeypatch.setattr(datasets, "USPS_COUNTS", ONE_EACH)
    path = write_npz(tmp_path / "usps.npz", usps_arrays())
    datasets.load_usps(path)
    damage(path)
    with pytest.raises(ValueError, match=r"usps\.npz is damaged or not an \.npz .* fresh copy"):
        datasets.load_usps(path)


# CIFAR-10


def save_string(pickler: Any, value: bytes | str) -> None:
    content = value.encode("ascii") if isinstance(value, str) else value
    pickler.write(pickle.BINSTRING + struct.pack("<i", len(content)) + content)


class Python2Pickler(pickle._Pickler):
    """Writes strings as Python 2 wrote them, as in the original batches."""

    dispatch: ClassVar[Any] = {**pickle._Pickler.dispatch, bytes: save_string, str: save_string}


def python2_pickle(value: object) -> bytes:
    buffer = io.BytesIO()
    Python2Pickler(buffer, protocol=2).dump(value)
    return buffer.getvalue().replace(b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n")


def small_batches() -> tuple[Files, list[np.ndarray]]:
    """Six batches of two images (classes 0 to 9 in training), and their images."""
    rng = np.random.default_rng(0)
    images = [rng.integers(0, 256, (2, 32, 32, 3), dtype=np.uint8) for _ in range(6)]
    files = {}
    for number, (name, x) in enumerate(zip(datasets.CIFAR10_MD5, images, strict=True)):
        batch = {
            "batch_label": f"batch {number}",
            "labels": [2 * number % 10, (2 * number + 1) % 10],
            "data": np.ascontiguousarray(x.transpose(0, 3, 1, 2)).reshape(2, 3072),
            "filenames": ["a.png", "b.png"],
        }
        files[name] = python2_pickle(batch)
    return files, images


@pytest.fixture
def cifar10_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files, _ = small_batches()
    monkeypatch.setattr(datasets, "CIFAR10_MD5", md5_of(files))
    monkeypatch.setattr(datasets, "CIFAR10_COUNTS", ((1,) * 10, (1, 1, *(0,) * 8)))
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def test_batches_of_the_test_are_those_of_python_2() -> None:
    content = small_batches()[0]["test_batch"]
    assert content.startswith(b"\x80\x02}")
    assert b"cnumpy.core.multiarray\n_reconstruct\n" in content
    batch = pickle.loads(content, encoding="bytes")
    assert set(batch) == {b"batch_label", b"labels", b"data", b"filenames"}


@pytest.mark.parametrize("kind", ["folder", "tar.gz"])
def test_cifar10_from_batches(cifar10_folder: Path, kind: str) -> None:
    _, images = small_batches()
    path = cifar10_folder
    if kind == "tar.gz":
        path = cifar10_folder.parent / "cifar-10-python.tar.gz"
        with tarfile.open(path, "w:gz") as archive:
            archive.add(cifar10_folder, cifar10_folder.name)
    (x_train, y_train), (x_test, y_test) = datasets.load_cifar10(os.fspath(path))
    assert (x_train == np.concatenate(images[:5])).all()
    assert (x_test == images[5]).all()
    assert y_train.tolist() == list(range(10))
    assert y_test.tolist() == [0, 1]
    for array in (x_train, y_train, x_test, y_test):
        assert array.dtype == np.uint8
        assert array.flags.c_contiguous
        assert array.flags.writeable


def test_cifar10_damaged_batch(cifar10_folder: Path) -> None:
    flip_byte(cifar10_folder / "data_batch_3", 3000)
    with pytest.raises(ValueError, match=r"data_batch_3 in .* is damaged .* original data set"):
        datasets.load_cifar10(cifar10_folder)


def test_cifar10_missing_batch(cifar10_folder: Path) -> None:
    (cifar10_folder / "test_batch").unlink()
    with pytest.raises(FileNotFoundError, match=r"holds data_batch_1, .* holds test_batch"):
        datasets.load_cifar10(cifar10_folder)


def test_cifar10_damaged_archive(cifar10_folder: Path) -> None:
    path = cifar10_folder.parent / "cifar-10-python.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(cifar10_folder / "data_batch_1", "cifar-10-batches-py/data_batch_1")
    with pytest.raises(ValueError, match="holds data_batch_1; expected it to hold data_batch_2"):
        datasets.load_cifar10(path)
    truncate(path)
    with pytest.raises(ValueError, match=r"tar\.gz .* expected a whole \.gz file"):
        datasets.load_cifar10(path)


class Hostile:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


def test_cifar10_runs_no_code(
    cifar10_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touched = tmp_path / "touched"
    content = pickle.dumps(Hostile(touched), protocol=4)
    pickle.loads(content)
    assert touched.exists()  # the pickle does what it should not
    touched.unlink()

    path = cifar10_folder / "data_batch_1"
    path.write_bytes(content)
    monkeypatch.setitem(datasets.CIFAR10_MD5, "data_batch_1", hashlib.md5(content).hexdigest())
    with pytest.raises(ValueError, match=r"asks Python for .*; expected NumPy arrays only"):
        datasets.load_cifar10(cifar10_folder)
    assert not touched.exists()


def test_cifar10_wrong_path(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere does not exist\. Expected the folder"):
        datasets.load_cifar10(tmp_path / "nowhere")
    path = tmp_path / "cifar-10-binary.zip"
    path.touch()
    with pytest.raises(ValueError, match=r"zip is of another kind\. Expected the folder cifar-10"):
        datasets.load_cifar10(path)


def jpeg(image: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def jpeg_arrays(train: list[bytes], test: list[bytes]) -> dict[str, np.ndarray]:
    arrays = {}
    for split, files in (("train", train), ("test", test)):
        arrays[f"jpeg_{split}"] = np.frombuffer(b"".join(files), np.uint8)
        arrays[f"end_{split}"] = np.cumsum([len(file) for file in files], dtype=np.int64)
        arrays[f"y_{split}"] = np.arange(len(files), dtype=np.uint8)
    return arrays


@pytest.fixture
def jpegs(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Three JPEG files: dark, gray and light, each with a bright red channel."""
    monkeypatch.setattr(datasets, "CIFAR10_COUNTS", ((1, 1, 1, *(0,) * 7), (1, *(0,) * 9)))
    return [jpeg(np.full((32, 32, 3), (200, level, level), np.uint8)) for level in (20, 100, 180)]


def test_cifar10_from_npz(tmp_path: Path, jpegs: list[bytes]) -> None:
    path = write_npz(tmp_path / "cifar.npz", jpeg_arrays(jpegs, jpegs[1:2]))
    (x_train, y_train), (x_test, y_test) = datasets.load_cifar10(path)
    assert x_train.shape == (3, 32, 32, 3)
    # JPEG moves a value by a few steps.
    for image, level in zip([*x_train, *x_test], (20, 100, 180, 100), strict=True):
        assert np.abs(image.astype(int) - (200, level, level)).max() <= 5
    assert y_train.tolist() == [0, 1, 2]
    assert y_test.tolist() == [0]
    for array in (x_train, y_train, x_test, y_test):
        assert array.dtype == np.uint8
        assert array.flags.writeable


def test_cifar10_wrong_npz(tmp_path: Path, jpegs: list[bytes]) -> None:
    def load(arrays: dict[str, np.ndarray]) -> None:
        datasets.load_cifar10(write_npz(tmp_path / "cifar.npz", arrays))

    right = jpeg_arrays(jpegs, jpegs[:1])
    load(right)
    with pytest.raises(ValueError, match=r"expected end_test \(int64\)"):
        load({name: array for name, array in right.items() if name != "end_test"})
    with pytest.raises(ValueError, match=r"images of shape \(2, 32, 32, 3\) and labels of .*\(3,"):
        load({**right, "end_train": right["end_train"][:2]})
    with pytest.raises(ValueError, match=r"images of shape \(0, 32, 32, 3\)"):
        load({**right, **jpeg_arrays([], jpegs[:1])})
    with pytest.raises(ValueError, match="expected \\(1, 1, 1, 0"):
        load({**right, "y_train": np.zeros(3, np.uint8)})


@pytest.mark.parametrize(
    ("damaged", "message"),
    [
        (lambda file: file[:-100], "image 1 in .* expected a whole JPEG file"),
        (lambda file: b"GIF89a" + file[6:], "image 1 in .* but: cannot identify image file"),
        (lambda file: jpeg(np.zeros((16, 32, 3), np.uint8)), r"its shape is \(16, 32, 3\)"),
        (lambda file: jpeg(np.zeros((32, 32), np.uint8)), r"its shape is \(32, 32\)"),
    ],
    ids=["truncated", "not JPEG", "size", "gray"],
)
def test_cifar10_damaged_jpeg(
    tmp_path: Path, jpegs: list[bytes], damaged: Callable[[bytes], bytes], message: str
) -> None:
    arrays = jpeg_arrays([jpegs[0], damaged(jpegs[1]), jpegs[2]], jpegs[:1])
    with pytest.raises(ValueError, match=message):
        datasets.load_cifar10(write_npz(tmp_path / "cifar.npz", arrays))
