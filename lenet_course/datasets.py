"""The data sets of the course, as NumPy arrays, without a network.

MNIST and a subset of Fashion-MNIST are inside the package (``data/README.md`` says where they
come from). The USPS digits and CIFAR-10 are read from files that the reader has.

Every loader returns ``(x_train, y_train), (x_test, y_test)``, fresh arrays that may be changed,
or raises an error: ``FileNotFoundError`` where a file is missing, ``ValueError`` where a file is
not what it should be.
"""

import gzip
import hashlib
import io
import lzma
import math
import os
import pickle
import struct
import tarfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray
from PIL import Image

ByteArray = NDArray[np.uint8]
Dataset = tuple[tuple[ByteArray, ByteArray], tuple[ByteArray, ByteArray]]
FloatDataset = tuple[tuple[NDArray[np.float32], ByteArray], tuple[NDArray[np.float32], ByteArray]]

DATA = Path(__file__).parent / "data"
MNIST_ARCHIVE = "mnist.tar.xz"
FASHION_MNIST_ARCHIVE = "fashion_mnist_subset.tar.xz"

# MD5 of the uncompressed IDX files, in the order in which the loaders return their arrays.
MNIST_MD5 = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
FASHION_MNIST_MD5 = {
    "train-images-idx3-ubyte": "f4a8712d7a061bf5bd6d2ca38dc4d50a",
    "train-labels-idx1-ubyte": "9018921c3c673c538a1fc5bad174d6f9",
    "t10k-images-idx3-ubyte": "8181f5470baa50b63fa0f6fddb340f0a",
    "t10k-labels-idx1-ubyte": "15d484375f8d13e6eb1aabb0c3f46965",
}
FASHION_MNIST_SUBSET_MD5 = {
    "train-images-idx3-ubyte": "128795eef06e06180dc70b98cbb73d7e",
    "train-labels-idx1-ubyte": "8d36245ba815f1aa0ca636ba1e76c740",
    "t10k-images-idx3-ubyte": "1301bb13185bbdf5c8914c4721473577",
    "t10k-labels-idx1-ubyte": "d54be20fd4ec99a6156d32b52eec94cb",
}
CIFAR10_MD5 = {
    "data_batch_1": "c99cafc152244af753f735de768cd75f",
    "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
    "data_batch_4": "634d18415352ddfa80567beed471001a",
    "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    "test_batch": "40351d587109b95175f43aff81a1287e",
}

# Images of class 0 to 9, in training and test set.
# USPS: the table in zip.info, which accompanies the files.
USPS_COUNTS = (
    (1194, 1005, 731, 658, 652, 556, 664, 645, 542, 644),
    (359, 264, 198, 166, 200, 160, 170, 147, 166, 177),
)
CIFAR10_COUNTS = ((5000,) * 10, (1000,) * 10)

_IDX_UNSIGNED_BYTE = 0x08


def load_mnist(folder: str | os.PathLike[str] | None = None) -> Dataset:
    """Load the whole of MNIST, from the package or from a folder.

    The arrays equal those of ``keras.datasets.mnist.load_data()``. The MD5 of each of the four
    original files is checked on every call.

    Parameters
    ----------
    folder
        Read the four original files (``train-images-idx3-ubyte`` and so on), plain or with
        ``.gz``, from this folder.

    Returns
    -------
    (x_train, y_train), (x_test, y_test)
        Images: uint8, shapes (60000, 28, 28) and (10000, 28, 28), 0 is paper and 255 is ink.
        Labels: uint8, shapes (60000,) and (10000,), the digits 0 to 9.

    Raises
    ------
    FileNotFoundError, ValueError
        If a file is missing or damaged.

    Notes
    -----
    Source: Y. LeCun and C. Cortes, "The MNIST database of handwritten digits", CC BY-SA 3.0.
    """
    if folder is not None:
        return _decode(read_idx_files(Path(folder), MNIST_MD5))
    return _load_archive(DATA / MNIST_ARCHIVE, MNIST_MD5)


def as_1998(images: ByteArray) -> NDArray[np.float32]:
    """Turn digits into the input of the network of 1998.

    LeCun et al. 1998, p. 7: background -0.1, ink 1.175; p. 10: 28x28 pixels extended to 32x32
    with background.

    Parameters
    ----------
    images
        uint8, shape (n, 28, 28), 0 is paper and 255 is ink.

    Returns
    -------
    array
        float32, shape (n, 32, 32, 1).

    Raises
    ------
    ValueError
        If the images are of another shape or type.
    """
    if images.dtype != np.uint8 or images.shape[1:] != (28, 28):
        raise ValueError(
            f"The images are {images.dtype} of shape {images.shape}, expected uint8 of shape "
            "(n, 28, 28)."
        )
    padded = np.pad(images, ((0, 0), (2, 2), (2, 2))).astype(np.float32)
    return padded[..., None] * np.float32(1.275 / 255) - np.float32(0.1)


def load_fashion_mnist(
    *, full: bool = False, folder: str | os.PathLike[str] | None = None
) -> Dataset:
    """Load the subset of Fashion-MNIST in the package or, if asked, the full data set.

    Without arguments the answer is always the subset, even where the full set is at hand: the
    first 1,500 training images and the first 250 test images of each class, in their original
    order.

    The classes are T-shirt/top, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag and
    ankle boot, in this order.

    Parameters
    ----------
    full
        Let Keras download the full data set (it keeps a copy for the next time).
    folder
        Read the full data set from this folder, which holds the four original files
        (``train-images-idx3-ubyte`` and so on), plain or with ``.gz``.

    Returns
    -------
    (x_train, y_train), (x_test, y_test)
        Images: uint8, shapes (n, 28, 28), 0 is background. Labels: uint8, shapes (n,), 0 to 9.
        n is 15,000 and 2,500 for the subset, 60,000 and 10,000 for the full data set.

    Raises
    ------
    ValueError
        If ``full`` and ``folder`` are both given, or a file is damaged.
    FileNotFoundError
        If a file is missing.
    RuntimeError
        If Keras is not installed or cannot download the data set.

    Notes
    -----
    Source: H. Xiao, K. Rasul and R. Vollgraf, "Fashion-MNIST: a novel image dataset for
    benchmarking machine learning algorithms", arXiv:1708.07747, 2017. MIT license.
    """
    if full and folder is not None:
        raise ValueError(
            f"load_fashion_mnist received full=True and folder={os.fspath(folder)!r}. "
            "Give one of them: full=True downloads the data set, folder= reads it from files."
        )
    if full:
        return _download_fashion_mnist()
    if folder is not None:
        return _decode(read_idx_files(Path(folder), FASHION_MNIST_MD5))
    return _load_archive(DATA / FASHION_MNIST_ARCHIVE, FASHION_MNIST_SUBSET_MD5)


def load_usps(path: str | os.PathLike[str]) -> FloatDataset:
    """Load the ZIP-code digits of 1989 (USPS): deslanted, size-normalized, 16x16.

    Parameters
    ----------
    path
        A folder with the text files ``zip.train`` and ``zip.test``, plain or with ``.gz`` (each
        line: the digit, then 256 gray values), or an ``.npz`` file with the arrays ``x_train``
        and ``x_test`` (int16, thousandths of a gray value) and ``y_train`` and ``y_test``
        (uint8).

    Returns
    -------
    (x_train, y_train), (x_test, y_test)
        Images: float32, shapes (7291, 16, 16) and (2007, 16, 16), from -1 (paper) to 1 (ink).
        Labels: uint8, shapes (7291,) and (2007,), the digits 0 to 9.

    Raises
    ------
    FileNotFoundError
        If a file is missing.
    ValueError
        If a file is damaged, or does not hold the number of images of each digit that the
        authors of the data set state.

    Notes
    -----
    The plain text carries no checksum: a gray value changed to another one in [-1, 1] cannot be
    noticed. The ``.gz`` and ``.npz`` files carry one.

    Source: T. Hastie, R. Tibshirani and J. Friedman, "The Elements of Statistical Learning",
    2nd edition, 2009, data set "ZIP code". The images are those of Y. LeCun et al., "Handwritten
    digit recognition with a back-propagation network", 1990, and were made available by AT&T.
    """
    path = Path(path)
    if path.is_dir():
        train, test = (
            _parse_usps(_read_from_folder(path, name), sum(counts), f"{name} in {path}")
            for name, counts in zip(("zip.train", "zip.test"), USPS_COUNTS, strict=True)
        )
    elif path.is_file() and path.suffix == ".npz":
        arrays = _read_npz(
            path, {"x_train": np.int16, "y_train": np.uint8, "x_test": np.int16, "y_test": np.uint8}
        )
        train = arrays["x_train"] / 1000, arrays["y_train"]
        test = arrays["x_test"] / 1000, arrays["y_test"]
    else:
        raise _wrong_path(path, "a folder with zip.train and zip.test (or .gz), or an .npz file")
    return (
        _check_usps(*train, USPS_COUNTS[0], f"the training set in {path}"),
        _check_usps(*test, USPS_COUNTS[1], f"the test set in {path}"),
    )


def load_cifar10(path: str | os.PathLike[str]) -> Dataset:
    """Load CIFAR-10 from the original Python batches, or from a file of JPEG images.

    A result on the ``.npz`` file is a result on *JPEG-recompressed CIFAR-10*, not on CIFAR-10:
    its images are not, value for value, those of the original batches. Say so with the result.

    The classes are airplane, automobile, bird, cat, deer, dog, frog, horse, ship and truck, in
    this order.

    Parameters
    ----------
    path
        The folder ``cifar-10-batches-py``; or the archive ``cifar-10-python.tar.gz``, which holds
        that folder; or an ``.npz`` file with the arrays ``jpeg_train`` and ``jpeg_test`` (uint8,
        the bytes of all JPEG files in a row), ``end_train`` and ``end_test`` (int64, where each
        file ends), ``y_train`` and ``y_test`` (uint8).

    Returns
    -------
    (x_train, y_train), (x_test, y_test)
        Images: uint8, shapes (50000, 32, 32, 3) and (10000, 32, 32, 3), height, width and
        red-green-blue. Labels: uint8, shapes (50000,) and (10000,), 0 to 9.

    Raises
    ------
    FileNotFoundError
        If a file is missing.
    ValueError
        If a file is damaged, is not an original batch, or asks Python to run code.

    Notes
    -----
    Source: A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009.
    """
    path = Path(path)
    if path.is_dir():
        batches = {name: _read_from_folder(path, name) for name in CIFAR10_MD5}
        train, test = _decode_cifar10(batches, path)
    elif path.is_file() and path.name.endswith(".tar.gz"):
        members = _untar(_read_bytes(path), path)
        batches = {Path(name).name: content for name, content in members.items()}
        train, test = _decode_cifar10(batches, path)
    elif path.is_file() and path.suffix == ".npz":
        kinds = {"jpeg": np.uint8, "end": np.int64, "y": np.uint8}
        names = {f"{kind}_{split}": t for kind, t in kinds.items() for split in ("train", "test")}
        arrays = _read_npz(path, names)
        train, test = (
            (
                _decode_jpegs(arrays[f"jpeg_{split}"], arrays[f"end_{split}"], path),
                arrays[f"y_{split}"],
            )
            for split in ("train", "test")
        )
    else:
        raise _wrong_path(
            path, "the folder cifar-10-batches-py, its archive (.tar.gz), or an .npz file"
        )
    _check_images(*train, CIFAR10_COUNTS[0], (32, 32, 3), f"the training set in {path}")
    _check_images(*test, CIFAR10_COUNTS[1], (32, 32, 3), f"the test set in {path}")
    return train, test


def decode_idx(content: bytes, name: str) -> ByteArray:
    """Return the array in the content of an IDX file of unsigned bytes.

    The format is that of the MNIST files: two zero bytes, the type of the elements, the number
    of dimensions, each dimension as a big-endian 32-bit integer, then the elements.

    Parameters
    ----------
    content
        The whole file, uncompressed.
    name
        What the error messages call it.

    Raises
    ------
    ValueError
        If the magic number is not that of unsigned bytes, or the size does not fit the
        dimensions.
    """
    if content[:3] != bytes([0, 0, _IDX_UNSIGNED_BYTE]) or len(content) < 4:
        raise ValueError(
            f"{name} is not an IDX file of unsigned bytes: it begins with the bytes "
            f"{content[:4].hex(' ') or '(none)'}, expected 00 00 08 and the number of dimensions. "
            "Uncompress the file or get a fresh copy of it."
        )
    ndim = content[3]
    start = 4 + 4 * ndim
    shape = struct.unpack(f">{ndim}I", content[4:start].ljust(4 * ndim, b"\0"))
    expected = start + math.prod(shape)
    if len(content) != expected:
        raise ValueError(
            f"{name} has {len(content):,} bytes, expected {expected:,} for its shape {shape}. "
            "The file is damaged: get a fresh copy of it."
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape).copy()


def encode_idx(array: ByteArray) -> bytes:
    """Return the content of the IDX file that holds the array (see `decode_idx`)."""
    header = struct.pack(f">4B{array.ndim}I", 0, 0, _IDX_UNSIGNED_BYTE, array.ndim, *array.shape)
    return header + array.tobytes()


def read_idx_files(folder: Path, md5: Mapping[str, str]) -> dict[str, bytes]:
    """Return name and content of the IDX files in a folder, plain or with ``.gz``.

    Parameters
    ----------
    folder
        The folder that holds the files.
    md5
        Name and MD5 of each file, uncompressed.

    Raises
    ------
    FileNotFoundError
        If a file is missing.
    ValueError
        If the content of a file does not have the MD5.
    """
    files = {name: _read_from_folder(folder, name) for name in md5}
    check_md5(files, md5, str(folder), "Get a fresh copy of the file.")
    return files


def check_md5(files: Mapping[str, bytes], md5: Mapping[str, str], where: str, remedy: str) -> None:
    """Compare the contents of files with their MD5 sums.

    Parameters
    ----------
    files
        Name and content of each file.
    md5
        Name and expected MD5 of each file.
    where, remedy
        Where the files were found, and what to do if they are wrong, for the error message.

    Raises
    ------
    ValueError
        If a file is missing or has another MD5.
    """
    for name, expected in md5.items():
        if name not in files:
            found = ", ".join(sorted(files)) or "nothing"
            raise ValueError(f"{where} holds {found}; expected it to hold {name}. {remedy}")
        actual = hashlib.md5(files[name], usedforsecurity=False).hexdigest()
        if actual != expected:
            raise ValueError(
                f"{name} in {where} is damaged or another file: its {len(files[name]):,} bytes "
                f"have the MD5 {actual}, expected {expected}. {remedy}"
            )


def _decode(files: Mapping[str, bytes]) -> Dataset:
    x_train, y_train, x_test, y_test = (decode_idx(files[name], name) for name in MNIST_MD5)
    return (x_train, y_train), (x_test, y_test)


def _load_archive(path: Path, md5: Mapping[str, str]) -> Dataset:
    if not path.is_file():
        raise FileNotFoundError(
            f"{path}, a data file of this package, is missing. Install the package again."
        )
    files = _untar(_read_bytes(path), path)
    check_md5(files, md5, str(path), "Install the package again.")
    return _decode(files)


def _download_fashion_mnist() -> Dataset:
    # Keras raises a bare Exception if a download fails, and anything if its copy is damaged.
    try:
        import keras

        (x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
    except Exception as error:
        raise RuntimeError(
            f"Keras could not load the full Fashion-MNIST ({type(error).__name__}: {error}). "
            "If you have the four original files (train-images-idx3-ubyte.gz and so on), call "
            "load_fashion_mnist(folder=...) with the folder that holds them; without arguments "
            "load_fashion_mnist() returns the subset in this package."
        ) from error
    # Keras does not check this download; the IDX files it came from have known sums.
    arrays = (x_train, y_train, x_test, y_test)
    files = dict(zip(FASHION_MNIST_MD5, map(encode_idx, arrays), strict=True))
    remedy = "Delete the folder datasets/fashion-mnist in the folder .keras and try again."
    check_md5(files, FASHION_MNIST_MD5, "the copy that Keras keeps", remedy)
    return _decode(files)


def _wrong_path(path: Path, expected: str) -> FileNotFoundError | ValueError:
    if not path.exists():
        return FileNotFoundError(f"{path} does not exist. Expected {expected}: check the path.")
    return ValueError(f"{path} is of another kind. Expected {expected}: give the path of one.")


def _read_from_folder(folder: Path, name: str) -> bytes:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return _read_bytes(path)
    if folder.is_dir():
        found = "holds " + (", ".join(sorted(path.name for path in folder.iterdir())) or "nothing")
    else:
        found = "is not a folder"
    raise FileNotFoundError(
        f"{folder} {found}; expected a folder that holds {name} or {name}.gz. "
        "Check the path, or put the file there."
    )


def _read_bytes(path: Path) -> bytes:
    content = path.read_bytes()
    try:
        if path.suffix == ".gz":
            return gzip.decompress(content)
        if path.suffix == ".xz":
            return lzma.decompress(content)
    except (EOFError, gzip.BadGzipFile, zlib.error, lzma.LZMAError) as error:
        raise ValueError(
            f"{path} ({len(content):,} bytes) is damaged: expected a whole {path.suffix} file, "
            f"but: {error}. Get a fresh copy of the file."
        ) from error
    return content


def _untar(content: bytes, path: Path) -> dict[str, bytes]:
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as archive:
            return {
                member.name: content[member.offset_data : member.offset_data + member.size]
                for member in archive
            }
    except tarfile.ReadError as error:
        raise ValueError(
            f"{path} holds no tar archive: {error}. Get a fresh copy of the file."
        ) from error


def _read_npz(path: Path, dtypes: Mapping[str, DTypeLike]) -> dict[str, NDArray[Any]]:
    # zipfile and NumPy meet a damaged file with a dozen kinds of error; np.load(path) would also
    # leave it open.
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = dict(archive)
    except Exception as error:
        raise ValueError(
            f"{path} is damaged or not an .npz file of plain arrays "
            f"({type(error).__name__}: {error}). Get a fresh copy of the file."
        ) from error
    for name, dtype in dtypes.items():
        if name not in arrays or arrays[name].dtype != dtype:
            found = ", ".join(f"{name} ({array.dtype})" for name, array in arrays.items())
            raise ValueError(
                f"{path} holds the arrays {found or '(none)'}; expected {name} "
                f"({np.dtype(dtype)}). Give the file that this loader's help describes."
            )
    return arrays


def _check_images(
    x: NDArray[Any], y: NDArray[Any], counts: Sequence[int], size: tuple[int, ...], where: str
) -> None:
    n = sum(counts)
    if x.shape != (n, *size) or y.shape != (n,):
        raise ValueError(
            f"{where} has images of shape {x.shape} and labels of shape {y.shape}, "
            f"expected {(n, *size)} and {(n,)}. Get a fresh copy of the data."
        )
    classes = np.arange(len(counts))
    if not np.isin(y, classes).all():
        raise ValueError(
            f"{where} has the labels {np.setdiff1d(y, classes).tolist()}, expected 0 to "
            f"{classes[-1]} only. Get a fresh copy of the data."
        )
    found = tuple(np.count_nonzero(y == label) for label in classes)
    if found != tuple(counts):
        raise ValueError(
            f"{where} has {found} images of class 0 to {classes[-1]}, expected {tuple(counts)}. "
            "Get a fresh copy of the data."
        )


def _parse_usps(content: bytes, n: int, where: str) -> tuple[NDArray[np.float64], NDArray[Any]]:
    lines = content.splitlines()
    if len(lines) != n:
        raise ValueError(
            f"{where} has {len(lines):,} lines, expected {n:,}, one for each image. "
            "Get a fresh copy of the file."
        )
    try:
        table = np.loadtxt(lines, comments=None, ndmin=2)
        images = table[:, 1:].reshape(-1, 16, 16)
    except ValueError as error:
        raise ValueError(
            f"{where} is damaged: expected 257 numbers in each line, the digit and 256 gray "
            f"values, but: {error}. Get a fresh copy of the file."
        ) from error
    return images, table[:, 0]


def _check_usps(
    x: NDArray[np.float64], y: NDArray[Any], counts: Sequence[int], where: str
) -> tuple[NDArray[np.float32], ByteArray]:
    _check_images(x, y, counts, (16, 16), where)
    if not (np.abs(x) <= 1).all():  # written so that NaN fails too
        raise ValueError(
            f"{where} has gray values from {x.min():g} to {x.max():g}, expected -1 to 1. "
            "Get a fresh copy of the data."
        )
    return x.astype(np.float32), y.astype(np.uint8)


# What a pickle of an array asks for, under the names of the Python 2 NumPy that wrote CIFAR-10.
# ndarray.__reduce__ is the public way to the function that rebuilds an array.
_ARRAY_GLOBALS: dict[tuple[str, str], Any] = {
    ("numpy.core.multiarray", "_reconstruct"): np.empty(0).__reduce__()[0],
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}


class _ArrayUnpickler(pickle.Unpickler):
    """Reads pickles of NumPy arrays and Python's plain types; runs no other code."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ARRAY_GLOBALS:
            raise ValueError(
                f"a CIFAR-10 batch asks Python for {module}.{name}; expected NumPy arrays only. "
                "The file is not an original batch and may be hostile: do not open it; get the "
                "data set from its authors."
            )
        return _ARRAY_GLOBALS[module, name]


def _decode_cifar10(
    batches: Mapping[str, bytes], path: Path
) -> tuple[tuple[ByteArray, ByteArray], tuple[ByteArray, ByteArray]]:
    check_md5(batches, CIFAR10_MD5, str(path), "Get a fresh copy of the original data set.")
    images, labels = [], []
    for name in CIFAR10_MD5:
        batch = _ArrayUnpickler(io.BytesIO(batches[name]), encoding="bytes").load()
        # A row of a batch is one image: its red plane, then green, then blue.
        planes = batch[b"data"].reshape(-1, 3, 32, 32)
        images.append(np.ascontiguousarray(planes.transpose(0, 2, 3, 1)))
        labels.append(np.array(batch[b"labels"], np.uint8))
    train = np.concatenate(images[:-1]), np.concatenate(labels[:-1])
    return train, (images[-1], labels[-1])


def _decode_jpegs(jpegs: ByteArray, ends: NDArray[np.int64], path: Path) -> ByteArray:
    starts = np.concatenate([[0], ends])[:-1]
    images = np.empty((len(ends), 32, 32, 3), np.uint8)
    for index, (start, end) in enumerate(zip(starts, ends, strict=True)):
        try:
            with Image.open(io.BytesIO(jpegs[start:end].tobytes()), formats=["JPEG"]) as image:
                pixels = np.asarray(image)
            if pixels.shape != (32, 32, 3):
                raise ValueError(f"its shape is {pixels.shape}")
        except (OSError, ValueError) as error:
            raise ValueError(
                f"image {index} in {path} is damaged: expected a whole JPEG file of shape "
                f"(32, 32, 3), but: {error}. Get a fresh copy of the file."
            ) from error
        images[index] = pixels
    return images
