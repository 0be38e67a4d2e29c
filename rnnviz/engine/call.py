"""What a module is called with: checked as torch does, in better words, and laid out by time."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from rnnviz.config import NetConfig, RNNConfig, StackConfig
from rnnviz.engine.checks import Module, is_cell
from rnnviz.engine.packing import check_packed, lengths_of
from rnnviz.engine.stack_states import check_like_input, read_stack_states


class Call(NamedTuple):
    """An input and its initial states, checked.

    Attributes:
        x: (seq_len, batch, input_size); of a packed input its data, (sum of lengths, input_size).
        states: h_0, of shape (rows, batch, state_size), and for an LSTM c_0, (rows, batch,
            hidden_size); of a stack tuples, a row for each cell; nothing if they are to be zeros.
        seq_len: number of timesteps.
        batch: number of samples.
        batched: whether the input had a batch axis.
        of_one_cell: whether the module is a single cell, without an axis of time.
        packed: the input, if it was packed.
        lengths: the number of timesteps of each sample, if it was packed.
    """

    x: Tensor
    states: tuple[Tensor, ...]
    seq_len: int
    batch: int
    batched: bool
    of_one_cell: bool
    packed: PackedSequence | None = None
    lengths: tuple[int, ...] | None = None


def read_call(module: Module, config: NetConfig, input: object, hx: object, like: Tensor) -> Call:
    """The call `module(input, hx)`; `like` is one of the weights.

    Raises:
        TypeError: input or hx is of the wrong kind.
        ValueError: the input's dimensions or dtype are wrong, or a packed input is malformed.
        RuntimeError: sizes, devices or the dtype of hx do not fit.
    """
    one_cell = is_cell(module)
    if isinstance(input, PackedSequence) and not one_cell:
        _check_packed_input(config, input, like)
        lengths = lengths_of(input)
        sizes = (len(input.batch_sizes), len(lengths))
        states = _read_states(config, hx, (True, len(lengths), False), like)
        return Call(input.data, states, *sizes, True, False, input, lengths)
    if not isinstance(input, Tensor):
        raise TypeError(f"input must be a torch.Tensor, got {type(input).__name__}.")
    (_check_cell_input if one_cell else _check_input)(config, input, like)
    batched = input.dim() == (2 if one_cell else 3)
    x = input if batched else input.unsqueeze(0 if one_cell else 1)
    if one_cell:
        x = x.unsqueeze(0)
    elif batched and config.batch_first:
        x = x.transpose(0, 1)
    seq_len, batch, _ = x.shape
    states = _read_states(config, hx, (batched, batch, one_cell), like)
    return Call(x, states, seq_len, batch, batched, one_cell)


def _check_input(config: NetConfig, input: Tensor, like: Tensor) -> None:
    size = config.input_size
    batched = f"(batch, seq_len, {size})" if config.batch_first else f"(seq_len, batch, {size})"
    wanted = f"{batched}, or (seq_len, {size}) without a batch"
    got = tuple(input.shape)
    if input.dim() not in (2, 3):
        raise ValueError(f"input must be {wanted}; got {got}, which has {input.dim()} dimensions.")
    _check_dtype(input, like, ValueError)
    if input.shape[-1] != size:
        raise RuntimeError(f"input must be {wanted}, with input_size={size} last; got {got}.")
    time_axis = 1 if config.batch_first and input.dim() == 3 else 0
    if input.shape[time_axis] == 0:
        raise RuntimeError(f"input must have at least one timestep, got {got}.")
    _check_device(input, like)


def _check_cell_input(config: NetConfig, input: Tensor, like: Tensor) -> None:
    size, got = config.input_size, tuple(input.shape)
    wanted = f"(batch, {size}), or ({size},) without a batch"
    if input.dim() not in (1, 2):
        raise ValueError(f"input must be {wanted}; got {got}, which has {input.dim()} dimensions.")
    # Torch's cells leave this to the product, which raises another type than its nets do.
    _check_dtype(input, like, RuntimeError)
    if input.shape[-1] != size:
        raise RuntimeError(f"input must be {wanted}, with input_size={size} last; got {got}.")
    _check_device(input, like)


def _check_packed_input(config: NetConfig, input: PackedSequence, like: Tensor) -> None:
    check_packed(input)
    size, got = config.input_size, tuple(input.data.shape)
    _check_dtype(input.data, like, ValueError)
    if len(got) != 2 or got[1] != size:
        raise RuntimeError(
            f"the PackedSequence's data must be (sum of lengths, {size}), with input_size={size} "
            f"last; got {got}."
        )
    _check_device(input.data, like)


def _check_dtype(input: Tensor, like: Tensor, error: type[Exception]) -> None:
    if input.dtype != like.dtype:
        raise error(
            f"input must have the weights' dtype, {like.dtype}, got {input.dtype}; "
            f"input.to({like.dtype}) converts it."
        )


def _check_device(input: Tensor, like: Tensor) -> None:
    if input.device != like.device:
        raise RuntimeError(
            f"input must be on the weights' device, {like.device}, got {input.device}."
        )


def _read_states(
    config: NetConfig, hx: object, layout: tuple[bool, int, bool], like: Tensor
) -> tuple[Tensor, ...] | tuple[tuple[Tensor | None, ...], ...]:
    """(h_0,) or (h_0, c_0), each (rows, batch, size); `layout` is (batched, batch, of_one_cell)."""
    if hx is None:
        return ()
    if isinstance(config, StackConfig):
        return read_stack_states(config, hx, layout[:2], like)
    batched, _, one_cell = layout
    sizes = {"hx": (config.state_size, "proj_size" if config.proj_size else "hidden_size")}
    given = [hx]
    if config.kind == "LSTM":
        given = list(hx) if isinstance(hx, tuple | list) else []
        if len(given) != 2 or not all(isinstance(state, Tensor) for state in given):
            raise TypeError(
                f"hx must be a tuple of two tensors, (h_0, c_0), or None; got {_kind_of(hx)}."
            )
        sizes = {"h_0": sizes["hx"], "c_0": (config.hidden_size, "hidden_size")}
    elif not isinstance(hx, Tensor):
        raise TypeError(f"hx must be one tensor, h_0, or None; got {_kind_of(hx)}.")
    for (name, size), state in zip(sizes.items(), given, strict=True):
        _check_state(config, name, state, size, layout)
        check_like_input(name, state, like)
    if not batched:
        given = [state.unsqueeze(0 if one_cell else 1) for state in given]
    return tuple(state.unsqueeze(0) for state in given) if one_cell else tuple(given)


def _check_state(
    config: RNNConfig,
    name: str,
    state: Tensor,
    size: tuple[int, str],
    layout: tuple[bool, int, bool],
) -> None:
    batched, batch, one_cell = layout
    got = tuple(state.shape)
    wanted, words = [size[0]], [size[1]]
    if batched:
        wanted, words = [batch, *wanted], ["batch", *words]
    if not one_cell:
        rows = "num_layers * num_directions"
        wanted, words = [config.num_layers * config.num_directions, *wanted], [rows, *words]
    if got == tuple(wanted):
        return
    spelled = f"({', '.join(words)}{',' if len(words) == 1 else ''})"
    if not batched:
        spelled += ", the input being unbatched"
    error = ValueError if one_cell and len(got) not in (1, 2) else RuntimeError
    raise error(f"{name} must be {tuple(wanted)} = {spelled}; got {got}.")


def _kind_of(hx: object) -> str:
    name = type(hx).__name__
    if isinstance(hx, tuple | list):
        return f"{name} of {', '.join(type(item).__name__ for item in hx) or 'nothing'}"
    return name
