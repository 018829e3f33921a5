"""Make the data files in the package from the original files of the data sets.

Both are ``.tar.xz`` archives of uncompressed IDX files. The result depends on the original files
and on the version of the xz library only, not on time, user or machine.
"""

import io
import lzma
import tarfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from lenet_course import datasets

SUBSET_PER_CLASS = {"train": 1500, "t10k": 250}

# Pixels are single bytes that follow each other without alignment (lp, pb = 0), and a pixel tells
# much about the next one (lc = 4, the most): smaller than xz's defaults and smaller than gzip.
_XZ_FILTERS = [
    {"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 4, "lp": 0, "pb": 0}
]


def pack_mnist(folder: Path) -> Path:
    """Write the package's MNIST file from the four original files.

    Parameters
    ----------
    folder
        The folder that holds the original files, plain or with ``.gz``.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    FileNotFoundError, ValueError
        If an original file is missing, or does not have its MD5. The old file then stays.
    """
    files = datasets.read_idx_files(folder, datasets.MNIST_MD5)
    return _write_archive(datasets.DATA / datasets.MNIST_ARCHIVE, files)


def pack_fashion_mnist(folder: Path) -> Path:
    """Write the package's subset of Fashion-MNIST from the four original files.

    The subset is the first 1,500 training images and the first 250 test images of each class, in
    their original order.

    Parameters
    ----------
    folder
        The folder that holds the original files, plain or with ``.gz``.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    FileNotFoundError, ValueError
        If an original file is missing, or does not have its MD5, or the subset is not the one
        that `lenet_course.datasets` expects. The old file then stays.
    """
    originals = datasets.read_idx_files(folder, datasets.FASHION_MNIST_MD5)
    files = {}
    for split, per_class in SUBSET_PER_CLASS.items():
        names = f"{split}-images-idx3-ubyte", f"{split}-labels-idx1-ubyte"
        images, labels = (datasets.decode_idx(originals[name], name) for name in names)
        chosen = np.sort(
            np.concatenate([np.flatnonzero(labels == c)[:per_class] for c in range(10)])
        )
        for name, array in zip(names, (images, labels), strict=True):
            files[name] = datasets.encode_idx(array[chosen])
    datasets.check_md5(
        files,
        datasets.FASHION_MNIST_SUBSET_MD5,
        "the new subset",
        "If the subset was changed on purpose, change FASHION_MNIST_SUBSET_MD5 with it.",
    )
    return _write_archive(datasets.DATA / datasets.FASHION_MNIST_ARCHIVE, files)


def _write_archive(path: Path, files: Mapping[str, bytes]) -> Path:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in sorted(files):
            member = tarfile.TarInfo(name)  # time, user and group stay 0
            member.size = len(files[name])
            archive.addfile(member, io.BytesIO(files[name]))
    # Replaced in one step, so that a stop halfway leaves the old file.
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.write_bytes(lzma.compress(buffer.getvalue(), filters=_XZ_FILTERS))
    return unfinished.replace(path)
