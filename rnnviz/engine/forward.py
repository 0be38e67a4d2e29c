"""torch.nn.RNN run by hand, step by step, with everything kept on the way."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from rnnviz.config import Direction, RNNConfig
from rnnviz.engine.arrays import NumpyArrays, TorchArrays, arrays_like
from rnnviz.engine.cells import rnn_scan
from rnnviz.engine.checks import check_budget, check_hx, check_input, check_weights, config_of
from rnnviz.engine.plan import Lane, buffer_numbers, plan
from rnnviz.limits import LIBRARY_MAX_BYTES
from rnnviz.records import CellTrace, Trace


def trace(
    module: nn.RNN, input: Tensor, hx: Tensor | None = None, *, max_bytes: int = LIBRARY_MAX_BYTES
) -> Trace:
    """Run a torch.nn.RNN by hand on an input and keep every number.

    Nothing that is passed in is written to, and the record shares no memory with it, so that it
    stays true when the net is trained further. Autocast and forward hooks have no part in it.

    Args:
        module: a torch.nn.RNN with any constructor options, of any floating dtype, on any device.
        input: what the module takes: (seq_len, batch, input_size), (batch, seq_len, input_size)
            with batch_first, or (seq_len, input_size).
        hx: h_0, (num_layers * D, batch, hidden_size), without the batch axis if the input has
            none. Zeros if None.
        max_bytes: the largest record allowed, checked before any memory is taken.

    Raises:
        TypeError: an argument is of the wrong kind.
        ValueError: the input's dimensions or dtype are wrong, or the record would be too large.
        RuntimeError: sizes, devices or the dtype of hx do not fit, as in torch.
    """
    return run_plan(plan, module, input, hx, max_bytes)


def run_plan(
    lanes_of: Callable[[RNNConfig], tuple[Lane, ...]],
    module: nn.RNN,
    input: Tensor,
    hx: Tensor | None,
    max_bytes: int,
) -> Trace:
    """What `trace` does, by the plan that `lanes_of` makes of the net's config."""
    config = config_of(module)
    weights = module.all_weights
    check_weights(module, weights)
    check_input(module, config, input)
    check_hx(config, input, hx)
    batched = input.dim() == 3
    x = _time_major(config, input)  # (seq_len, batch, input_size)
    seq_len, batch, _ = x.shape
    lanes = lanes_of(config)
    alone = sum([lane.reads_alone for lane in lanes])
    written = buffer_numbers(config, seq_len, batch, alone)
    check_budget(config, seq_len, batch, written, max_bytes)
    # Outside inference mode, as its tensors would fail in a later backward. Infinities and NaN in
    # the input are worth looking at, not worth a warning.
    with torch.inference_mode(False), torch.no_grad(), np.errstate(all="ignore"):
        arrays = arrays_like(x, written)
        h_0 = hx if hx is None or batched else hx.unsqueeze(1)
        cells, output = _run(arrays, config, lanes, weights, x, h_0)
        return _as_returned(config, batched, cells, output)


def _run(
    arrays: NumpyArrays | TorchArrays,
    config: RNNConfig,
    lanes: tuple[Lane, ...],
    weights: list[list[Tensor]],
    x: Tensor,
    h_0: Tensor | None,
) -> tuple[list[CellTrace], Tensor]:
    """Every cell's record, and the joined states of the last layer."""
    if h_0 is None:
        h_0 = x.new_zeros(len(lanes), x.shape[1], config.hidden_size)
    x, h_0 = arrays.own(x), arrays.own(h_0)
    cells: list[CellTrace] = []
    below: list[CellTrace] = []
    for lane, cell_weights in zip(lanes, weights, strict=True):
        if lane.layer > 0 and lane.direction == "forward":
            below = cells[-config.num_directions :]
            x = _joined(arrays, below, lane.flipped)
        elif lane.reads_alone:
            x = _joined(arrays, below, lane.flipped)
        own = [weight.clone() for weight in cell_weights]
        cells.append(_run_cell(arrays, lane, config, x, (h_0[lane.row], *own)))
    return cells, _joined(arrays, cells[-config.num_directions :], None)


def _run_cell(
    arrays: NumpyArrays | TorchArrays,
    lane: Lane,
    config: RNNConfig,
    x: Tensor,
    start: tuple[Tensor, ...],
) -> CellTrace:
    """Run one cell; `start` is (h_0, weight_ih, weight_hh) and, with bias, (bias_ih, bias_hh)."""
    seq_len, batch, input_size = x.shape
    kept = arrays.empty(4, seq_len, batch, config.hidden_size)
    rows = kept.reshape(4, seq_len * batch, config.hidden_size)
    h_0, weight_ih, weight_hh, *biases = (arrays.seen(tensor) for tensor in start)

    x_rows = arrays.seen(x).reshape(seq_len * batch, input_size)
    arrays.product(x_rows, weight_ih.T, rows[0])
    # They wait in `a` for the recurrent product, so that a step is one sum.
    if biases:
        arrays.add(rows[0], biases[0] + biases[1], rows[2])
    else:
        rows[2] = rows[0]
    _, *buffers = kept
    if batch == 1 and arrays.takes_vectors:
        buffers, h_0 = [buffer[:, 0] for buffer in buffers], h_0[0]
    activation = arrays.activation(config.nonlinearity)
    rnn_scan(arrays, buffers, lane.direction, (h_0, weight_hh.T), activation)

    names = ("h_0", "weight_ih", "weight_hh", "bias_ih", "bias_hh")
    fields = dict.fromkeys(names) | dict(zip(names, start, strict=False))
    fields |= zip(("wx", "wh", "a", "h"), arrays.tensor(kept).unbind(), strict=True)
    return CellTrace(
        layer=lane.layer,
        direction=lane.direction,
        nonlinearity=config.nonlinearity,
        x=x,
        **fields,
    )


def _joined(
    arrays: NumpyArrays | TorchArrays, cells: list[CellTrace], flipped: Direction | None
) -> Tensor:
    """What a layer hands on: forward | reverse, one of them from the other end if `flipped`.

    Shape (seq_len, batch, D * hidden_size).
    """
    if len(cells) == 1:
        return cells[0].h
    seq_len, batch, hidden_size = cells[0].h.shape
    joined = arrays.empty(seq_len, batch, 2 * hidden_size)
    joined[..., :hidden_size] = arrays.seen(cells[0].h)
    joined[..., hidden_size:] = arrays.seen(cells[1].h)
    joined = arrays.tensor(joined)
    if flipped is not None:
        states = joined.chunk(2, dim=-1)[flipped == "reverse"]
        states.copy_(states.flip(0))
    return joined


def _time_major(config: RNNConfig, input: Tensor) -> Tensor:
    if input.dim() == 2:
        return input.unsqueeze(1)
    return input.transpose(0, 1) if config.batch_first else input


def _as_returned(config: RNNConfig, batched: bool, cells: list[CellTrace], output: Tensor) -> Trace:
    """The record, with output and h_n laid out as torch.nn returns them."""
    h_n = torch.stack([cell.h_last for cell in cells])  # (num_layers * D, batch, hidden_size)
    if not batched:
        output, h_n = output.squeeze(1), h_n.squeeze(1)
    elif config.batch_first:
        output = output.transpose(0, 1)
    return Trace(config=config, batched=batched, cells=tuple(cells), output=output, h_n=h_n)
