"""Broken and hostile files, each with what its refusal must say."""

import gzip
import io
import json
import os
import pickle
import struct
import tarfile
import warnings
import zipfile

import numpy as np
import torch
from safetensors.torch import save
from torch import nn

MODULES = {"RNN": nn.RNN(3, 4, 2, bidirectional=True), "LSTM": nn.LSTM(3, 4), "GRU": nn.GRU(3, 4)}


def state(kind="GRU", **changes):
    """A state_dict with some entries replaced, or left out where the change is None."""
    whole = dict(MODULES[kind].state_dict()) | changes
    return {name: tensor for name, tensor in whole.items() if tensor is not None}


def as_torch(content):
    file = io.BytesIO()
    torch.save(content, file)
    return file.getvalue()


def as_npz(arrays):
    file = io.BytesIO()
    np.savez(file, **{name: np.asarray(array) for name, array in arrays.items()})
    return file.getvalue()


def as_safetensors(header, numbers=b""):
    """A file of the format with whatever header."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + numbers


def as_zip(members, compression=zipfile.ZIP_STORED):
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(file, "w", compression) as archive:
            for name, data in members:
                archive.writestr(name, data)
    return file.getvalue()


def npy(shape, data=b"", dtype="<f4"):
    """A .npy whose header says whatever it is told."""
    file = io.BytesIO()
    header = {"descr": dtype, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)
    return file.getvalue() + data


class Calls:
    """Pickled, it calls a function when it is loaded."""

    def __init__(self, function, *args):
        self.call = (function, args)

    def __reduce__(self):
        return self.call


def members_of(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(info.filename, archive.read(info)) for info in archive.infolist()]


def replaced(data, name, new):
    """A checkpoint with one member exchanged."""
    return as_zip([(key, new if key.endswith(name) else old) for key, old in members_of(data)])


def pickled(*opcodes):
    """A checkpoint with this pickle and one storage of four bytes."""
    good = as_torch(torch.zeros(1))
    return replaced(good, "data.pkl", b"\x80\x02" + b"".join(opcodes) + b".")


def wide_tensor(shape, stride):
    """A checkpoint whose one tensor claims a shape over a storage of one number."""
    tensor = torch.as_strided(torch.zeros(1), shape, stride)
    return as_torch({"weight_hh_l0": tensor, "weight_ih_l0": tensor})


def deep(levels):
    content = torch.zeros(1)
    for _ in range(levels):
        content = {"a": content}
    return content


def doubling(levels):
    """Lists that hold the same list twice: small in the file, exponential to whoever walks it."""
    content = [torch.zeros(1)]
    for _ in range(levels):
        content = [content, content]
    return content


def encrypted(data):
    """The archive with every member's flag of encryption set, in the directory too."""
    changed = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = changed.find(mark)
        while start >= 0:
            changed[start + offset] |= 1
            start = changed.find(mark, start + 4)
    return bytes(changed)


def tar_file():
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("storages"), io.BytesIO())
    return file.getvalue()


def legacy():
    file = io.BytesIO()
    torch.save(state(), file, _use_new_zipfile_serialization=False)
    return file.getvalue()


def directory_says(data, name, size):
    """The archive with another unpacked size in the directory's entry of a member."""
    changed = bytearray(data)
    start = changed.find(b"PK\x01\x02")
    while start >= 0:
        length = struct.unpack_from("<H", changed, start + 28)[0]
        if changed[start + 46 : start + 46 + length].endswith(name.encode()):
            struct.pack_into("<I", changed, start + 24, size)
        start = changed.find(b"PK\x01\x02", start + 4)
    return bytes(changed)


BROKEN = r"cannot be read: it is broken or cut short"
CODE = r"holds code \(.*\), which is never run here; save the weights"
NO_NET = r"holds no recurrent net: no weight_ih_l0, weight_hh_l0, but "
HEADER = r"its header does not fit its numbers"
F4 = np.float32(0)
GOOD_PT = as_torch(state())
GOOD_NPZ = as_npz(state())
GOOD_SAFE = save(state())
FLOATS = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}


def cases():
    """(id, bytes, name of the file, what the message must match)."""
    yield from _by_name_and_first_bytes()
    yield from _pickles()
    yield from _archives()
    yield from _npz()
    yield from _safetensors()
    yield from _blocks()


def _by_name_and_first_bytes():
    yield "empty", b"", "a.pt", r"'a\.pt': it is empty\."
    yield "random", bytes(range(200, 256)) * 9, "a.pt", r"no torch checkpoint \(\.pt\), \.safet"
    yield "text", b"weights: 1, 2", "a.npz", r"no torch checkpoint"
    yield "gzip", gzip.compress(GOOD_PT), "a.pt", r"compressed with gzip; unpack"
    yield "gzip bomb", gzip.compress(bytes(10**7)), "a.pt.gz", r"compressed with gzip"
    yield "bzip2", b"BZh91AY", "a.pt", r"compressed with bzip2"
    yield "xz", b"\xfd7zXZ\0", "a.pt", r"compressed with xz"
    yield "zstd", b"\x28\xb5\x2f\xfd\0", "a.pt", r"compressed with zstd"
    yield "hdf5", b"\x89HDF\r\n\x1a\n" + bytes(99), "a.h5", r"HDF5 file, as Keras writes"
    yield "onnx", b"\x08\x07\x12\x07pytorch", "a.onnx", r"looks like ONNX, which is not read yet"
    yield "npy", npy((1,), bytes(4)), "a.npy", r"one array without a name"
    yield "pickle", pickle.dumps({"a": 1}), "a.pkl", r"a pickle, which may hold code"
    yield "legacy", legacy(), "a.pt", r"from before torch 1\.6, a pickle, never read"
    yield "tar", tar_file(), "a.pt", r"a tar archive"
    yield "pt as npz", GOOD_PT, "a.npz", r"ends in \.npz, but it is a \.pt or \.pth file; rename"
    yield "npz as pt", GOOD_NPZ, "a.pt", r"ends in \.pt, but it is a \.npz file; rename"
    yield "safetensors as pt", GOOD_SAFE, "a.pth", r"\.pth, but it is a \.safetensors file"
    yield "pt as txt", GOOD_PT, "a.txt", r"ends in \.txt, but it is a \.pt"
    yield "html name", b"", "<img src=x>.pt", r"^'<img src=x>\.pt': it is empty"
    yield "long name", b"", "a" * 500 + ".pt", r"^'a{27}…': it is empty"


def _pickles():
    yield "os.system", as_torch(Calls(os.system, "echo")), "a.pt", CODE
    yield "eval", as_torch({"weight_hh_l0": Calls(eval, "1")}), "a.pt", r"'builtins\.eval'"
    yield "exec", as_torch([Calls(exec, "")]), "a.pt", r"'builtins\.exec'"
    yield "import", as_torch(Calls(__import__, "os")), "a.pt", r"'builtins\.__import__'"
    yield "subprocess", pickled(b"csubprocess\nPopen\n)R"), "a.pt", r"'subprocess\.Popen'"
    yield "global alone", pickled(b"cos\nsystem\n"), "a.pt", r"'os\.system'"
    yield "python 2 name", pickled(b"c__builtin__\neval\n"), "a.pt", r"'builtins\.eval'"
    yield "foreign call", pickled(b"cevil\nrun\n)R"), "a.pt", NO_NET + "no arrays of numbers"
    yield "torch function", pickled(b"ctorch.hub\nload\n)R"), "a.pt", NO_NET
    yield "unknown opcode", pickled(b"\xff"), "a.pt", BROKEN
    yield "empty pickle", replaced(GOOD_PT, "data.pkl", b""), "a.pt", BROKEN
    yield "stack underflow", pickled(b"R"), "a.pt", BROKEN
    yield "long string", pickled(b"X\xff\xff\xff\x7f"), "a.pt", BROKEN
    yield "bad utf-8", pickled(b"X\x01\x00\x00\x00\xff"), "a.pt", BROKEN
    yield "large pickle", pickled(b"N0" * 2**22, b"N"), "a.pt", r"data\.pkl must have at most"
    yield "list of itself", pickled(b"]q\x00h\x00a"), "a.pt", NO_NET
    yield "deep", as_torch(deep(300)), "a.pt", NO_NET
    yield "deeper", pickled(b"N", b"\x85" * 100_000), "a.pt", NO_NET
    yield "doubling", as_torch(doubling(40)), "a.pt", r"at most 200,000 entries"
    yield "number", as_torch(3), "a.pt", NO_NET + "no arrays"
    yield "tensor", as_torch(torch.zeros(3)), "a.pt", NO_NET
    yield "stride 0", wide_tensor((10**6, 10**6), (0, 0)), "a.pt", r"arrays would take 8,000,000"
    yield "same name", as_torch({"a": {"b": torch.zeros(1)}, "a.b": torch.ones(1)}), "a.pt", "twice"
    yield "storage missing", replaced(as_torch(torch.zeros(1)), "/data/0", b""), "a.pt", BROKEN


def _archives():
    yield "zip magic", b"PK\x03\x04" + bytes(60), "a.pt", BROKEN
    yield "empty zip", as_zip([]), "a.npz", r"an empty zip archive"
    yield "other zip", as_zip([("word/document.xml", b"x")]), "a.pt", r"neither a checkpoint"
    yield "torchscript", as_zip([("m/data.pkl", b""), ("m/constants.pkl", b"")]), "a.pt", "TorchS"
    parent = [("../weight_hh_l0.npy", npy((1,), bytes(4)))]
    yield "path up", as_zip(parent), "a.npz", r"a path out of the archive: '\.\./weight_hh"
    yield "absolute", as_zip([("/etc/x.npy", npy((1,), bytes(4)))]), "a.npz", r"path out of"
    yield "backslash", as_zip([("a\\..\\x.npy", npy((1,), bytes(4)))]), "a.npz", r"path out of"
    twice = [("weight_hh_l0.npy", npy((1,), bytes(4)))] * 2
    yield "twice", as_zip(twice), "a.npz", r"holds the name 'weight_hh_l0\.npy' twice"
    yield "encrypted", encrypted(GOOD_NPZ), "a.npz", r"is encrypted"
    many = [(f"{index}.npy", b"") for index in range(10_001)]
    yield "many members", as_zip(many), "a.npz", r"at most 10,000 arrays, got 10,001"
    deflated = zipfile.ZIP_DEFLATED
    yield (
        "deflated pt",
        as_zip(members_of(GOOD_PT), deflated),
        "a.pt",
        r"compressed, as torch\.save",
    )
    bomb = [("weight_hh_l0.npy", npy((2**26,), bytes(2**28)))]
    yield "zip bomb", as_zip(bomb, deflated), "a.npz", r"would take 268,\d+,\d+ bytes unpacked"
    yield "two folders", as_zip([("a/data.pkl", b""), ("b/x", b"")]), "a.pt", r"one folder, got 2"
    yield "declared size", directory_says(GOOD_NPZ, ".npy", 2**31), "a.npz", r"bytes unpacked, more"
    smaller = directory_says(GOOD_NPZ, "weight_hh_l0.npy", 200)
    yield "smaller size", smaller, "a.npz", BROKEN + r"|must have"
    for cut in (10, 100, 1000, -5):
        yield f"pt cut at {cut}", GOOD_PT[:cut], "a.pt", BROKEN
        yield f"npz cut at {cut}", GOOD_NPZ[:cut], "a.npz", BROKEN


def _npz():
    good = npy((1,), bytes(4))
    yield (
        "lying shape",
        as_zip([("a.npy", npy((10**9, 10**9)))]),
        "a.npz",
        r"must have .* bytes for",
    )
    yield "too short", as_zip([("a.npy", npy((2,), bytes(4)))]), "a.npz", r"its shape \(2,\), got"
    yield "too long", as_zip([("a.npy", good + b"x")]), "a.npz", r"its shape \(1,\), got"
    yield "negative", as_zip([("a.npy", npy((-1,)))]), "a.npz", r"'a\.npy': |must have"
    yield "no header", as_zip([("a.npy", b"hello")]), "a.npz", r"'a\.npy': expected a \.npy"
    yield "empty member", as_zip([("a.npy", b"")]), "a.npz", r"'a\.npy': expected a \.npy"
    objects = as_npz({"weight_hh_l0": np.array([1, "a", None], dtype=object)})
    yield "objects", objects, "a.npz", r"Python objects, which are never read"
    yield "only integers", as_npz({"weight_hh_l0": np.arange(4)}), "a.npz", NO_NET + "no arrays"
    yield "only text", as_npz({"weight_hh_l0": np.array("a")}), "a.npz", NO_NET
    yield "others only", as_npz({"a": F4[None], "b": F4[None]}), "a.npz", NO_NET + "'a', 'b'"
    trace = {"config": np.array("{}"), "output": F4, "wx_l0": F4}
    yield "broken trace", as_npz(trace), "a.npz", r"config must be a JSON object"


def _safetensors():
    yield (
        "header too long",
        struct.pack("<Q", 2**62) + b"{",
        "a.safetensors",
        r"header must have at",
    )
    yield "header cut", struct.pack("<Q", 500) + b"{", "a.safetensors", r"cut short within the head"
    yield "no JSON", as_safetensors(b"{nothing"), "a.safetensors", r"its header is no JSON"
    yield "deep JSON", as_safetensors(b'{"a":' + b"[" * 10**5), "a.safetensors", r"no JSON"
    yield "no object", as_safetensors({"a": 3}), "a.safetensors", HEADER
    yield "no numbers", as_safetensors({"a": FLOATS}), "a.safetensors", HEADER
    yield "numbers left", as_safetensors({"a": FLOATS}, bytes(9)), "a.safetensors", HEADER
    far = FLOATS | {"data_offsets": [2**40, 2**40 + 4]}
    yield "far offset", as_safetensors({"a": far}, bytes(4)), "a.safetensors", HEADER
    huge = FLOATS | {"shape": [2**40, 2**40]}
    yield "huge shape", as_safetensors({"a": huge}, bytes(4)), "a.safetensors", HEADER
    negative = FLOATS | {"shape": [-1]}
    yield "negative shape", as_safetensors({"a": negative}, bytes(4)), "a.safetensors", HEADER
    odd = FLOATS | {"dtype": "F31"}
    yield "unknown dtype", as_safetensors({"a": odd}, bytes(4)), "a.safetensors", HEADER
    one = json.dumps(FLOATS)
    double = f'{{"a": {one}, "a": {one}}}'.encode()
    yield "double name", as_safetensors(double, bytes(4)), "a.safetensors", r"the name 'a' twice"
    yield "cut", GOOD_SAFE[:-7], "a.safetensors", HEADER
    yield "no net", save({"a": torch.zeros(2)}), "a.safetensors", NO_NET + "'a'"
    whole = as_safetensors({"a": FLOATS | {"dtype": "I32"}}, bytes(4))
    yield "integers", whole, "a.safetensors", NO_NET + "no arrays"


def _blocks():
    def refused(name, changes, message, kind="GRU"):
        return name, as_torch(state(kind, **changes)), "a.pt", message

    zeros = torch.zeros
    yield refused(
        "no weight_ih", {"weight_ih_l0": None}, r"weight_ih_l0 is missing, got bias_hh_l0"
    )
    yield refused("no weight_hh", {"weight_hh_l0": None}, r"weight_hh_l0 is missing")
    yield refused("no bias_hh", {"bias_hh_l0": None}, r"bias_hh_l0 is missing")
    yield refused(
        "no reverse", {"weight_hh_l1_reverse": None}, r"weight_hh_l1_reverse is mis", "RNN"
    )
    yield refused("no layer 0", {"weight_hh_l0": None}, r"weight_hh_l0 is missing", "RNN")
    yield refused("extra layer", {"weight_hh_l7": zeros(12, 4)}, r"weight_ih_l1 is missing")
    yield refused("layer 999", {"weight_hh_l999": zeros(12, 4)}, r"at most 64 layers, got 1000")
    yield refused(
        "projection", {"weight_hr_l0": zeros(4, 4)}, r"proj_size the smaller; got \(4, 4\)"
    )
    odd = {"weight_hr_l0": zeros(2, 4)}
    yield refused("projected GRU", odd, r"weight_ih_l0 must be \(16, 3\) for a forward-only LSTM")
    stray = {"weight_hr_l1": zeros(2, 4)} | {
        name.replace("_l0", "_l1"): tensor for name, tensor in state("LSTM").items()
    }
    stray["weight_ih_l1"] = zeros(16, 4)
    yield refused("stray projection", stray, r"weight_hr_l1 has no place in a forward-only", "LSTM")
    yield refused("two gates", {"weight_hh_l0": zeros(8, 4)}, r"1, 3 or 4 times .* got \(8, 4\)")
    yield refused("not a multiple", {"weight_hh_l0": zeros(13, 4)}, r"1, 3 or 4 times")
    yield refused("vector", {"weight_hh_l0": zeros(12)}, r"weight_hh_l0 must be a matrix")
    yield refused("no rows", {"weight_hh_l0": zeros(0, 4)}, r"must be a matrix, got shape \(0, 4\)")
    yield refused("no columns", {"weight_ih_l0": zeros(12, 0)}, r"weight_ih_l0 must be a matrix")
    wrong = {"bias_ih_l0": zeros(16)}
    yield refused(
        "bias of an LSTM", wrong, r"bias_ih_l0 must be \(12,\) for a .*GRU of 1 layers.*16"
    )
    yield refused("transposed", {"weight_ih_l0": zeros(3, 12)}, r"weight_ih_l0 must be \(12, 12\)")
    yield refused("other dtype", {"bias_hh_l0": zeros(12).double()}, r"float32 as weight_hh_l0 is")
    yield refused("integers", {"weight_hh_l0": zeros(12, 4).long()}, r"weight_hh_l0 is missing")
    mixed = {"weight_ih": zeros(12, 3), "weight_hh": zeros(12, 4)}
    yield refused("cell and net", mixed, r"parameters of a cell and of a net under one name")
    normed = {"weight_hh_l0": None, "weight_hh_l0_g": zeros(12, 1), "weight_hh_l0_v": zeros(12, 4)}
    yield refused("weight_norm", normed, r"weight_hh_l0 is missing")
