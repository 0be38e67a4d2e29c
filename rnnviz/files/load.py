"""`rnnviz.load`: the recurrent nets in a file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from torch import Tensor

from rnnviz.exports.npz import load_trace
from rnnviz.files.contents import Contents, Format
from rnnviz.files.errors import ModelFileError, ModelTooLargeError
from rnnviz.files.nets import LoadedNet, find_nets, is_of_a_net, net_of
from rnnviz.files.sandbox import READER
from rnnviz.inputs.checks import excerpt
from rnnviz.limits import MODEL_MAX_BYTES
from rnnviz.records import Trace


class Table(NamedTuple):
    """A matrix beside a net: an embedding that it reads, or a linear head that reads it.

    Attributes:
        name: dotted, without `.weight`.
        weight: (num_embeddings, embedding_dim), or (out_features, in_features).
        bias: (out_features,), or None.
    """

    name: str
    weight: Tensor
    bias: Tensor | None


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class LoadedFile:
    """What a file holds.

    Attributes:
        format: "torch", "safetensors", "npz", or "trace" for a `.npz` that RNNviz wrote.
        nets: the recurrent nets, in the file's order.
        broken: a line for each block of recurrent parameters that makes no net.
        others: vectors and matrices besides, by their dotted names: embeddings, linear layers.
        vocabularies: lists of tokens in a checkpoint, in the order of their rows, by name.
        trace: the run, if the file is one.
    """

    format: Format
    nets: tuple[LoadedNet, ...]
    broken: tuple[str, ...]
    others: Mapping[str, Tensor]
    trace: Trace | None = None
    vocabularies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"LoadedFile(format={self.format!r}, nets={list(self.nets)})"

    def embeddings(self, net: LoadedNet) -> tuple[Table, ...]:
        """Matrices whose rows the net can read as its input; those that are called so first."""
        wide = [table for table in self._tables() if table.weight.shape[1] == net.config.input_size]
        found = [table for table in wide if table.bias is None]
        return tuple(sorted(found, key=lambda table: "emb" not in table.name.lower()))

    def heads(self, net: LoadedNet) -> tuple[Table, ...]:
        """Linear layers that can read the net's output; those with a bias first."""
        last = net.config.cells_of(net.config.num_layers - 1)
        width = net.config.num_directions * last.state_size
        found = [table for table in self._tables() if table.weight.shape[1] == width]
        return tuple(sorted(found, key=lambda t: (t.bias is None, "emb" in t.name.lower())))

    def _tables(self) -> list[Table]:
        return [
            Table(_stem(name), tensor, self._bias(name, len(tensor)))
            for name, tensor in self.others.items()
            if tensor.ndim == 2 and 0 not in tensor.shape
        ]

    def _bias(self, name: str, rows: int) -> Tensor | None:
        """The vector beside a matrix, if it has one number for each of its rows."""
        bias = self.others.get(f"{name.removesuffix('weight')}bias")
        return (
            bias if name.endswith("weight") and bias is not None and bias.shape == (rows,) else None
        )

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


def load_arrays(name: str, data: bytes, *, max_bytes: int) -> dict[str, Tensor]:
    """The arrays of an uploaded file by their names, whatever they are of; "" where one has none.

    Raises:
        ValueError: as `load` does, but that it need not hold a net; or it holds no arrays.
    """
    with tempfile.TemporaryDirectory(prefix="rnnviz-") as folder:
        path = Path(folder) / "file"
        path.write_bytes(data)
        try:
            contents = _contents(path, name, max_bytes)
            if not contents.tensors:
                raise ModelFileError(
                    "it holds no arrays of numbers"
                    + (", but a whole run." if contents.format == "trace" else ".")
                )
        except ValueError as error:
            raise ModelFileError(f"{excerpt(name)}: {error}") from error
    return contents.tensors


def _load(path: Path, name: str, max_bytes: int) -> LoadedFile:
    shown = excerpt(name) if name else "the file"
    try:
        contents = _contents(path, name, max_bytes)
        if contents.format == "trace":
            # The process has read it as a whole and found it sound.
            return _of_trace(load_trace(path, max_bytes=max_bytes))
        nets, broken = find_nets(contents.tensors, contents.hints)
        if not nets:
            raise ModelFileError(_no_nets(contents.tensors, broken))
    except ValueError as error:
        raise ModelFileError(f"{shown}: {error}") from error
    others = {key: value for key, value in contents.tensors.items() if not is_of_a_net(key)}
    return LoadedFile(
        format=contents.format,
        nets=nets,
        broken=broken,
        others=others,
        vocabularies=contents.vocabularies,
    )


def _contents(path: Path, name: str, max_bytes: int) -> Contents:
    size = path.stat().st_size
    if not path.is_file():
        raise ModelFileError("it is no ordinary file.")
    if size > max_bytes:
        raise ModelTooLargeError(f"it must have at most {max_bytes:,} bytes, got {size:,}.")
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return READER.read(str(path), ending, max_bytes)


def _stem(name: str) -> str:
    return name.removesuffix("weight").removesuffix(".")


def _no_nets(tensors: Mapping[str, Tensor], broken: tuple[str, ...]) -> str:
    if broken:
        return broken[0]
    names = ", ".join(excerpt(name) for name in list(tensors)[:4]) or "no arrays of numbers"
    more = ", …" if len(tensors) > 4 else ""
    return f"it holds no recurrent net: no weight_ih_l0, weight_hh_l0, but {names}{more}."


def _of_trace(trace: Trace) -> LoadedFile:
    return LoadedFile(format="trace", nets=(net_of(trace),), broken=(), others={}, trace=trace)
