"""The directory of a zip archive, checked before any of its members is read."""

from __future__ import annotations

import zipfile
from typing import BinaryIO, Literal

from rnnviz.files.errors import ModelFileError
from rnnviz.inputs.checks import excerpt

# A net of 100 layers with its optimiser has about 3,000 arrays.
MAX_MEMBERS = 10_000

# The pickle of a checkpoint holds names and shapes, no numbers: 1 kB for each array is plenty.
MAX_PICKLE_BYTES = 8 * 2**20

ZipFormat = Literal["torch", "npz"]

# A bit of a member's flags: it is encrypted (APPNOTE.TXT of PKWARE, section 4.4.4).
_ENCRYPTED = 0x1


def check_archive(file: str | BinaryIO, max_bytes: int) -> ZipFormat:
    """Which kind of archive it is, if its directory holds nothing that a net's would not.

    Raises:
        ModelFileError: members that are too many, too large, encrypted, doubled or named like
            paths out of the archive; or it is neither a checkpoint of torch nor a .npz.
        zipfile.BadZipFile: the directory is broken.
    """
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise ModelFileError(f"it must hold at most {MAX_MEMBERS:,} arrays, got {len(members):,}.")
    seen: set[str] = set()
    for member in members:
        _check_member(member, seen)
    total = sum(member.file_size for member in members)
    if total > max_bytes:
        raise ModelFileError(
            f"it would take {total:,} bytes unpacked, more than the {max_bytes:,} allowed."
        )
    kind = _format(seen)
    if kind == "torch":
        _check_torch(members)
    return kind


def _check_member(member: zipfile.ZipInfo, seen: set[str]) -> None:
    """Refuse a member that is encrypted, doubled or named like a path out of the archive."""
    # What the directory says; ZipInfo cuts its own name at a NUL.
    name = member.orig_filename
    if "\0" in name or "\\" in name or name.startswith("/") or ".." in name.split("/"):
        raise ModelFileError(f"it names a member like a path out of the archive: {excerpt(name)}.")
    if name in seen:
        raise ModelFileError(f"it holds the name {excerpt(name)} twice.")
    if member.flag_bits & _ENCRYPTED:
        raise ModelFileError(f"its member {excerpt(name)} is encrypted.")
    seen.add(name)


def _format(names: set[str]) -> ZipFormat:
    tails = {name.partition("/")[2] for name in names}
    if "constants.pkl" in tails:
        raise ModelFileError(
            "it is a TorchScript archive, which holds code; save the weights instead: "
            "torch.save(module.state_dict(), path)."
        )
    if "data.pkl" in tails:
        return "torch"
    if names and all(name.endswith(".npy") for name in names):
        return "npz"
    raise ModelFileError(
        "it is a zip archive, but neither a checkpoint that torch.save wrote nor a .npz."
    )


def _check_torch(members: list[zipfile.ZipInfo]) -> None:
    """Refuse what torch.save never writes: compressed members, two folders, a huge pickle."""
    for member in members:
        if member.compress_type != zipfile.ZIP_STORED or member.compress_size != member.file_size:
            raise ModelFileError(
                f"its member {excerpt(member.filename)} is compressed, as torch.save never does."
            )
        if member.filename.endswith("/data.pkl") and member.file_size > MAX_PICKLE_BYTES:
            raise ModelFileError(
                f"its data.pkl must have at most {MAX_PICKLE_BYTES:,} bytes, "
                f"got {member.file_size:,}."
            )
    folders = {member.filename.partition("/")[0] for member in members}
    if len(folders) != 1:
        raise ModelFileError(f"a checkpoint must have one folder, got {len(folders)}.")
