"""`rnnviz.load`: the recurrent nets in a file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from rnnviz.config import RNNConfig
from rnnviz.exports.npz import load_trace
from rnnviz.files.contents import Format
from rnnviz.files.errors import ModelFileError
from rnnviz.files.nets import LoadedNet, find_nets, is_of_a_net, net_of
from rnnviz.files.sandbox import READER
from rnnviz.inputs.checks import excerpt
from rnnviz.limits import MODEL_MAX_BYTES
from rnnviz.records import Trace


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class LoadedFile:
    """What a file holds.

    Attributes:
        format: "torch", "safetensors", "npz", or "trace" for a `.npz` that RNNviz wrote.
        nets: the recurrent nets, in the file's order.
        broken: a line for each block of recurrent parameters that makes no net.
        others: vectors and matrices besides, by their dotted names: embeddings, linear layers.
        trace: the run, if the file is one.
    """

    format: Format
    nets: tuple[LoadedNet, ...]
    broken: tuple[str, ...]
    others: Mapping[str, Tensor]
    trace: Trace | None = None

    def __repr__(self) -> str:
        return f"LoadedFile(format={self.format!r}, nets={list(self.nets)})"

    def net(self, name: str | None = None) -> LoadedNet:
        """The net of that name; without a name the only one.

        Raises:
            KeyError: there is none of that name, or several and no name was given.
        """
        if name is None and len(self.nets) == 1:
            return self.nets[0]
        for net in self.nets:
            if net.name == name:
                return net
        known = ", ".join(repr(net.name) for net in self.nets)
        raise KeyError(f"name must be one of {known}; got {name!r}.")


def load(
    path_or_bytes: str | os.PathLike | bytes, *, max_bytes: int = MODEL_MAX_BYTES
) -> LoadedFile:
    """The recurrent nets in a file: found by torch's names, under any prefix, in any nesting.

    A process of its own reads the file, within bounds of memory and time. Nothing in it is run.

    Args:
        path_or_bytes: a `.pt` or `.pth` that torch.save wrote (a state_dict, a checkpoint around
            one, or a whole module), a `.safetensors`, a `.npz` with arrays under torch's names,
            or the `.npz` of a trace.
        max_bytes: of the file, and of all its arrays unpacked.

    Raises:
        ValueError: it is none of these, broken, too large, or holds code or no recurrent net.
        OSError: the path cannot be read.
    """
    if not isinstance(path_or_bytes, bytes):
        path = Path(path_or_bytes)
        return _load(path, path.name, max_bytes)
    with tempfile.TemporaryDirectory(prefix="rnnviz-") as folder:
        path = Path(folder) / "file"
        path.write_bytes(path_or_bytes)
        return _load(path, "", max_bytes)


def load_named(name: str, data: bytes, *, max_bytes: int) -> LoadedFile:
    """`load` of an uploaded file, whose name must have the ending of its format.

    Raises:
        ValueError: as `load` does.
    """
    with tempfile.TemporaryDirectory(prefix="rnnviz-") as folder:
        path = Path(folder) / "file"
        path.write_bytes(data)
        return _load(path, name, max_bytes)


def _load(path: Path, name: str, max_bytes: int) -> LoadedFile:
    shown = excerpt(name) if name else "the file"
    size = path.stat().st_size
    try:
        if not path.is_file():
            raise ModelFileError("it is no ordinary file.")
        if size > max_bytes:
            raise ModelFileError(f"it must have at most {max_bytes:,} bytes, got {size:,}.")
        ending = name.rpartition(".")[2].lower() if "." in name else ""
        contents = READER.read(str(path), ending, max_bytes)
        if contents.format == "trace":
            # The process has read it as a whole and found it sound.
            return _of_trace(load_trace(path, max_bytes=max_bytes))
        nets, broken = find_nets(contents.tensors, contents.hints)
        if not nets:
            raise ModelFileError(_no_nets(contents.tensors, broken))
    except ValueError as error:
        raise ModelFileError(f"{shown}: {error}") from error
    others = {key: value for key, value in contents.tensors.items() if not is_of_a_net(key)}
    return LoadedFile(format=contents.format, nets=nets, broken=broken, others=others)


def _no_nets(tensors: Mapping[str, Tensor], broken: tuple[str, ...]) -> str:
    if broken:
        return broken[0]
    names = ", ".join(excerpt(name) for name in list(tensors)[:4]) or "no arrays of numbers"
    more = ", …" if len(tensors) > 4 else ""
    return f"it holds no recurrent net: no weight_ih_l0, weight_hh_l0, but {names}{more}."


def _of_trace(trace: Trace) -> LoadedFile:
    nets = (net_of(trace),) if isinstance(trace.config, RNNConfig) else ()
    return LoadedFile(format="trace", nets=nets, broken=(), others={}, trace=trace)
