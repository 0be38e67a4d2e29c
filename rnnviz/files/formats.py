"""Which format a file is of, by its first bytes, and the reader of each."""

from __future__ import annotations

import tarfile
from collections.abc import Callable

from rnnviz.files.archive import check_archive
from rnnviz.files.contents import Contents
from rnnviz.files.errors import ModelFileError
from rnnviz.files.npz_file import read_npz
from rnnviz.files.safetensors_file import read_safetensors
from rnnviz.files.torch_file import read_torch

# A reader takes a path and the most bytes that its tensors may have. Others have their place here.
READERS: dict[str, Callable[[str, int], Contents]] = {
    "torch": read_torch,
    "npz": read_npz,
    "safetensors": read_safetensors,
}

# What files of each format are called.
ENDINGS: dict[str, tuple[str, ...]] = {
    "torch": ("pt", "pth", "ckpt", "bin"),
    "npz": ("npz",),
    "safetensors": ("safetensors",),
}

_SAVE = "save the weights as torch.save(model.state_dict(), path)."

# First bytes of files that people have, and what to say of them.
_OTHERS: dict[bytes, str] = {
    b"\x1f\x8b": "it is compressed with gzip; unpack it first.",
    b"BZh": "it is compressed with bzip2; unpack it first.",
    b"\xfd7zXZ": "it is compressed with xz; unpack it first.",
    b"\x28\xb5\x2f\xfd": "it is compressed with zstd; unpack it first.",
    b"\x93NUMPY": "it is a .npy, one array without a name; save the parameters as a .npz.",
    b"\x89HDF\r\n\x1a\n": f"it is an HDF5 file, as Keras writes, not read yet; {_SAVE}",
    b"PK\x05\x06": "it is an empty zip archive.",
    b"\x08": f"it looks like ONNX, which is not read yet; {_SAVE}",
    b"\x80": f"it is a pickle, which may hold code and is never read here; {_SAVE}",
}

# The pickle of torch before 1.6 begins with this number
# (torch/serialization.py, MAGIC_NUMBER), as a LONG1 of 10 bytes.
_LEGACY = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."


def read_contents(path: str, ending: str, max_bytes: int) -> Contents:
    """The tensors of a file whose name has this ending; none, "", if it came without a name.

    Raises:
        ModelFileError: what it is, if it is none of the formats; or why it is refused.
        zipfile.BadZipFile: it is a broken archive. Broken numbers raise whatever their reader does.
    """
    with open(path, "rb") as file:
        head = file.read(64)
    found = _format(path, head, max_bytes)
    if ending and ending not in ENDINGS[found]:
        right = " or ".join(f".{name}" for name in ENDINGS[found][:2])
        raise ModelFileError(f"its name ends in .{ending}, but it is a {right} file; rename it.")
    return READERS[found](path, max_bytes)


def _format(path: str, head: bytes, max_bytes: int) -> str:
    if not head:
        raise ModelFileError("it is empty.")
    if head.startswith(b"PK\x03\x04"):
        return check_archive(path, max_bytes)
    # A header of JSON after its length in 8 bytes.
    if head[8:9] == b"{":
        return "safetensors"
    if head.startswith(_LEGACY):
        raise ModelFileError(
            "it is a checkpoint from before torch 1.6, a pickle, never read here; load it in "
            "torch and save it again."
        )
    for magic, words in _OTHERS.items():
        if head.startswith(magic):
            raise ModelFileError(words)
    if tarfile.is_tarfile(path):
        raise ModelFileError(
            "it is a tar archive, as the first versions of torch wrote; unpack it or save again."
        )
    raise ModelFileError("it is no torch checkpoint (.pt), .safetensors or .npz.")
