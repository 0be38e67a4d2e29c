"""The recurrent nets among the tensors of a file, recognised by torch's names and by shapes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from rnnviz.config import GATE_NAMES, PARAMETERS, Kind, NetConfig, Nonlinearity, RNNConfig
from rnnviz.engine.checks import Module
from rnnviz.engine.stack import CellStack
from rnnviz.engine.weights import build, without_memory
from rnnviz.files.contents import Hints
from rnnviz.files.errors import ModelFileError
from rnnviz.files.save import state_dict_of
from rnnviz.inputs.checks import excerpt
from rnnviz.records import Trace

# `encoder.rnn.weight_ih_l0_reverse`; a cell's parameters have no layer.
_PARAMETER = re.compile(
    rf"(?:(?P<prefix>.*)\.)?(?P<base>{'|'.join(PARAMETERS)})"
    r"(?P<layer>_l\d{1,3})?(?P<reverse>_reverse)?",
    re.DOTALL,
)

# Of a cell's record, and of nets that people have; one more is a mistake or an attack.
MAX_FILE_LAYERS = 64

_KIND_OF = {1: "RNN", 3: "GRU", 4: "LSTM"}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class LoadedNet:
    """One recurrent net of a file, or the stack of cells of a run.

    Attributes:
        name: of its module in the file, such as "encoder.rnn"; "" where its parameters stand
            alone.
        config: its sizes; nonlinearity, batch_first and dropout are torch's defaults where the
            file does not say.
        hints: what the file says of these.
        of_one_cell: whether the file has it as a cell, such as nn.LSTMCell; it is given as a net
            of one layer.
        tensors: its parameters under torch's names, `weight_ih_l0` and so on.
        warnings: what is odd about its numbers, such as NaN among them.
    """

    name: str
    config: NetConfig
    hints: Hints
    of_one_cell: bool
    tensors: dict[str, Tensor]
    warnings: tuple[str, ...]

    def __repr__(self) -> str:
        return f"LoadedNet({self.name!r}, {self.config})"

    def module(
        self, *, nonlinearity: Nonlinearity | None = None, batch_first: bool | None = None
    ) -> nn.RNN | nn.LSTM | nn.GRU | CellStack:
        """The net as torch has it, in eval mode; the options go before what the file says.

        Of a stack they are the file's own.

        Raises:
            ValueError: a stack has activations that go by no name, and so are not in the file.
        """
        options = {"nonlinearity": nonlinearity, "batch_first": batch_first}
        given = {name: value for name, value in options.items() if value is not None}
        config = self.config
        if isinstance(config, RNNConfig):
            config = RNNConfig(**{**vars(config), **given})
        module = build(config, weights="zeros")
        module.load_state_dict(self.tensors)
        return module


def find_nets(
    tensors: Mapping[str, Tensor], hints: Mapping[str, Hints]
) -> tuple[tuple[LoadedNet, ...], tuple[str, ...]]:
    """The nets, and a line for each block of parameters that is none."""
    nets, broken = [], []
    for name, block in _blocks(tensors).items():
        try:
            nets.append(_net(name, block, hints.get(name, Hints())))
        except ModelFileError as error:
            broken.append(f"{excerpt(name)}: {error}" if name else str(error))
    return tuple(nets), tuple(broken)


def net_of(trace: Trace) -> LoadedNet:
    """The net of a trace, of one of torch's cells as a net, or of a stack."""
    config, tensors = trace.config, state_dict_of(trace)
    if trace.of_one_cell:
        tensors = {f"{name}_l0": tensor for name, tensor in tensors.items()}
    first = config.cells_of(0)
    hints = Hints(
        nonlinearity=first.nonlinearity, batch_first=config.batch_first, dropout=config.dropout
    )
    return LoadedNet(
        name="",
        config=config,
        hints=hints,
        of_one_cell=trace.of_one_cell,
        tensors=tensors,
        warnings=tuple(_warnings(tensors)),
    )


def module_of(trace: Trace) -> Module:
    """What was traced, made again of its record: a net, a stack or a single cell, in eval mode.

    Raises:
        ValueError: a stack has activations that go by no name, and so are not in the record.
    """
    if not trace.of_one_cell:
        return net_of(trace).module()
    config = trace.config
    options = {"nonlinearity": config.nonlinearity} if config.kind == "RNN" else {}
    cell = getattr(nn, f"{config.kind}Cell")(
        config.input_size,
        config.hidden_size,
        bias=config.bias,
        dtype=getattr(torch, config.dtype),
        **options,
    )
    cell.load_state_dict(state_dict_of(trace))
    return cell.eval()


def is_of_a_net(name: str) -> bool:
    """Whether a tensor's name is that of a recurrent net's parameter."""
    return _PARAMETER.fullmatch(name) is not None


def _blocks(tensors: Mapping[str, Tensor]) -> dict[str, dict[str, Tensor]]:
    """The parameters of each module under their own names; a cell's as those of layer 0."""
    blocks: dict[str, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        match = _PARAMETER.fullmatch(name)
        if match is None or (match["reverse"] and not match["layer"]):
            continue
        own = match["base"] + (match["layer"] or "") + (match["reverse"] or "")
        blocks.setdefault(match["prefix"] or "", {})[own] = tensor
    return blocks


def _net(name: str, block: dict[str, Tensor], hints: Hints) -> LoadedNet:
    of_one_cell = "weight_hh" in block
    if of_one_cell and "weight_hh_l0" in block:
        raise ModelFileError("it has the parameters of a cell and of a net under one name.")
    if of_one_cell:
        block = {f"{key}_l0": tensor for key, tensor in block.items()}
    config = _config(block, hints)
    _check_block(config, block)
    return LoadedNet(
        name=name,
        config=config,
        hints=hints,
        of_one_cell=of_one_cell,
        tensors=block,
        warnings=tuple(_warnings(block)),
    )


def _config(block: dict[str, Tensor], hints: Hints) -> RNNConfig:
    """The sizes that the first layer and the names show."""
    for key in ("weight_ih_l0", "weight_hh_l0"):
        if key not in block:
            raise ModelFileError(f"{key} is missing, got {_listed(block)}.")
        if block[key].ndim != 2 or 0 in block[key].shape:
            raise ModelFileError(f"{key} must be a matrix, got shape {tuple(block[key].shape)}.")
    num_layers = 1 + max(int(re.search(r"_l(\d+)", key)[1]) for key in block)
    if num_layers > MAX_FILE_LAYERS:
        raise ModelFileError(f"it must have at most {MAX_FILE_LAYERS} layers, got {num_layers}.")
    kind, hidden_size, proj_size = _kind(block)
    return RNNConfig(
        input_size=block["weight_ih_l0"].shape[1],
        hidden_size=hidden_size,
        num_layers=num_layers,
        nonlinearity=(hints.nonlinearity if kind == "RNN" else None) or "tanh",
        bias=any(key.startswith("bias") for key in block),
        batch_first=bool(hints.batch_first),
        bidirectional=any(key.endswith("_reverse") for key in block),
        dtype=str(block["weight_hh_l0"].dtype).removeprefix("torch."),
        kind=kind,
        proj_size=proj_size,
        dropout=(hints.dropout or 0.0) if num_layers > 1 else 0.0,
    )


def _kind(block: dict[str, Tensor]) -> tuple[Kind, int, int]:
    """Kind, hidden_size and proj_size: W_hh has a block of rows for each gate."""
    rows, columns = block["weight_hh_l0"].shape
    projection = block.get("weight_hr_l0")
    if projection is not None:
        if projection.ndim != 2 or not 0 < projection.shape[0] < projection.shape[1]:
            raise ModelFileError(
                "weight_hr_l0 must be (proj_size, hidden_size), proj_size the smaller; got "
                f"{tuple(projection.shape)}."
            )
        return "LSTM", projection.shape[1], projection.shape[0]
    kind = _KIND_OF.get(rows // columns) if rows % columns == 0 else None
    if kind is None:
        raise ModelFileError(
            f"weight_hh_l0 must have 1, 3 or 4 times as many rows as columns (RNN, GRU, LSTM), "
            f"got {(rows, columns)}."
        )
    return kind, columns, 0


def _check_block(config: RNNConfig, block: dict[str, Tensor]) -> None:
    """Refuse parameters that are missing, too many, or of other shapes than the net's."""
    shapes = _shapes(config)
    for key, shape in shapes.items():
        if key not in block:
            raise ModelFileError(f"{key} is missing, got {_listed(block)}.")
        tensor = block[key]
        if tuple(tensor.shape) != shape:
            raise ModelFileError(
                f"{key} must be {shape} for {_words(config)}, got {tuple(tensor.shape)}."
            )
        if tensor.dtype != getattr(torch, config.dtype):
            raise ModelFileError(
                f"{key} must be {config.dtype} as weight_hh_l0 is, got "
                f"{str(tensor.dtype).removeprefix('torch.')}."
            )
    extra = [key for key in block if key not in shapes]
    if extra:
        raise ModelFileError(f"{extra[0]} has no place in {_words(config)}.")


def _shapes(config: RNNConfig) -> dict[str, tuple[int, ...]]:
    """The shape of every parameter, as torch itself makes them."""
    named = without_memory(config).named_parameters()
    return {name: tuple(tensor.shape) for name, tensor in named}


def _words(config: RNNConfig) -> str:
    gates = f", gates {' '.join(GATE_NAMES[config.kind])}" if GATE_NAMES[config.kind] else ""
    way = "bidirectional" if config.bidirectional else "forward-only"
    return (
        f"a {way} {config.kind} of {config.num_layers} layers, input_size={config.input_size}, "
        f"hidden_size={config.hidden_size}{gates}"
    )


def _listed(block: Mapping[str, Tensor]) -> str:
    names = sorted(block)
    return ", ".join(names[:6]) + (", …" if len(names) > 6 else "")


def _warnings(block: dict[str, Tensor]) -> list[str]:
    warnings = []
    for key, tensor in block.items():
        odd = int((~torch.isfinite(tensor)).sum())
        if odd:
            warnings.append(f"{key} holds {odd:,} numbers that are NaN or infinite")
    return warnings
