"""One run as one piece of bytes: a short header and the numbers, in the run's own dtype."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import NamedTuple

import numpy as np

from rnnviz.config import ITEM_BYTES, StackConfig
from rnnviz.figures.lanes import unrolled_plan
from rnnviz.figures.look import DEFAULT_LOOK, Look, checked
from rnnviz.figures.ranges import (
    cell_state_scale,
    input_scale,
    largest,
    product_scale,
    state_scale,
    weight_scale,
)
from rnnviz.figures.tokens import shown_token
from rnnviz.records import CellTrace, Trace
from rnnviz.scene.code import own_code
from rnnviz.scene.what_if import WhatIf

# What follows the header for every lane, in this order, after the input x. Sizes are those of
# the lane, `gate_rows` its gates times its hidden size; what a lane has not is left out.
FIELDS: dict[str, tuple[str, ...]] = {
    "h_0": ("state_size",),
    "c_0": ("hidden_size",),
    "wx": ("seq_len", "gate_rows"),
    "wh": ("seq_len", "gate_rows"),
    "a": ("seq_len", "gate_rows"),
    "gates": ("seq_len", "gate_rows"),
    "r_hn": ("seq_len", "hidden_size"),
    "c": ("seq_len", "hidden_size"),
    "tanh_c": ("seq_len", "hidden_size"),
    "h": ("seq_len", "state_size"),
    "torch_h": ("seq_len", "state_size"),
    "dropout_mask": ("seq_len", "state_size"),
    "weight_ih": ("gate_rows", "input_size"),
    "weight_hh": ("gate_rows", "state_size"),
    "bias_ih": ("gate_rows",),
    "bias_hh": ("gate_rows",),
    "weight_hr": ("state_size", "hidden_size"),
    "curves": ("curve_rows", "curve_points"),
}

# What every lane has; of the rest its header names what it has. Biases go by the net's `bias`.
USUAL = (
    "h_0",
    "wx",
    "wh",
    "a",
    "h",
    "torch_h",
    "weight_ih",
    "weight_hh",
    "bias_ih",
    "bias_hh",
)

# Arrays begin at multiples of this, as typed arrays in JavaScript must.
ALIGNMENT = 8

FINGERPRINT_BYTES = 8


class Words(NamedTuple):
    """What is written beside the numbers of a sample; None or nothing where there is no such.

    Attributes:
        labels: a token per timestep.
        columns: a name per input.
        head: the name of a linear head on top of the net.
        likeliest: of each timestep what the head finds most probable, (words, probability).
    """

    labels: Sequence[str] | None = None
    columns: Sequence[str] | None = None
    head: str | None = None
    likeliest: Sequence[Sequence[tuple[str, float]]] = ()


NO_WORDS = Words()


def pack(
    trace: Trace,
    torch_h: Sequence[np.ndarray],
    *,
    sample: int = 0,
    words: Words = NO_WORDS,
    what_if: WhatIf | None = None,
) -> bytes:
    """One sample of a run for the player.

    The layout is: 8 bytes of fingerprint, the header's length as a little-endian uint32, the
    header as JSON in UTF-8, zeros up to a multiple of 8, then x and every lane's `FIELDS`, each
    one padded likewise. 16-bit floats travel as their bits. The inputs of the upper layers are not
    sent: they are the states of the layer below, times their dropout masks. Of a padded sample
    only its own timesteps are sent.

    Args:
        trace: the run.
        torch_h: torch's h of every cell, in the order of `Trace.cells`, as `Comparison.cells`.
            Each of shape (seq_len, batch, state_size).
        sample: which sample of the batch.
        words: what is written beside the numbers.
        what_if: set for a run in the wrong order: where it first went wrong, and by how much.

    Raises:
        ValueError: the run has no such sample, or there is not one label per timestep.
    """
    trace = checked(trace, Look(labels=words.labels), sample=sample)
    header = _header(trace, torch_h, sample)
    header |= _words(words)
    if trace.lengths is not None:
        header["padded"] = True
    if isinstance(trace.config, StackConfig):
        header["stack"] = True
    if what_if is not None:
        # JSON knows no infinity.
        difference = what_if.difference if math.isfinite(what_if.difference) else None
        header["what_if"] = what_if._asdict() | {"difference": difference}
    return _joined(header, trace.config.dtype, _arrays(trace, torch_h, sample))


def numbers_bytes(trace: Trace, *, sample: int) -> int:
    """Bytes of all numbers that `pack` puts behind the header, torch's among them."""
    arrays = _arrays(trace, [cell.h for cell in trace.cells], sample)
    return ITEM_BYTES[trace.config.dtype] * sum(array.size for array in arrays)


def fingerprint(blob: bytes) -> str:
    """The name under which the browser finds a packed run: 16 hexadecimal digits."""
    return blob[:FINGERPRINT_BYTES].hex()


def _joined(header: dict, dtype: str, arrays: Sequence[np.ndarray]) -> bytes:
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")
    parts = [struct.pack("<I", len(text)), text, _padding(4 + len(text))]
    bits = _bits(dtype)
    for array in arrays:
        data = bits(np.ascontiguousarray(array)).tobytes()
        parts += [data, _padding(len(data))]
    body = b"".join(parts)
    return blake2b(body, digest_size=FINGERPRINT_BYTES).digest() + body


def _words(words: Words) -> dict[str, list]:
    named = {"labels": words.labels, "columns": words.columns}
    found = {name: [shown_token(word) for word in row] for name, row in named.items() if row}
    if words.head is not None:
        rows = [
            [[shown_token(token), round(share, 4)] for token, share in row]
            for row in words.likeliest
        ]
        found["head"] = [shown_token(words.head), rows]
    return found


def _header(trace: Trace, torch_h: Sequence[np.ndarray], sample: int) -> dict:
    config = trace.config
    apart = _apart(trace, torch_h, sample)
    return {
        "dtype": config.dtype,
        "seq_len": _length(trace, sample),
        "input_size": trace.cells[0].input_size,
        "bias": config.bias,
        "sample": sample,
        "batched": trace.batched,
        "batch_first": config.batch_first,
        **_lanes(trace),
        "layout": _layout(trace),
        "apart": apart,
        "limits": _limits(trace),
    }


def _length(trace: Trace, sample: int) -> int:
    return trace.seq_len if trace.lengths is None else trace.lengths[sample]


def _lanes(trace: Trace) -> dict[str, list]:
    """The lanes, and the loops of those whose activations are not torch's, each once."""
    codes = [own_code(cell, trace.config.bidirectional) for cell in trace.cells]
    kept = [code for index, code in enumerate(codes) if code and code not in codes[:index]]
    lanes = []
    for cell, code in zip(trace.cells, codes, strict=True):
        own = {"code": kept.index(code)} if code else {}
        held = [[c.quantity, c.start, c.stop, c.unit, c.words] for c in cell.clamps]
        lanes.append(_lane(cell, own | ({"clamps": held} if held else {})))
    return {"lanes": lanes} | ({"codes": kept} if kept else {})


def _lane(cell: CellTrace, own: dict[str, int]) -> list:
    """[layer, direction, input_size, hidden_size, activations, what a plain RNN has not]."""
    fields = [name for name, _ in cell.arrays() if name in FIELDS and name not in USUAL]
    sizes = [cell.layer, cell.direction, cell.input_size, cell.hidden_size]
    if cell.kind == "RNN" and not fields and not own:
        return [*sizes, cell.activations[0]]
    more = {"kind": cell.kind, "state_size": cell.state_size, "fields": fields} | own
    return [*sizes, list(cell.activations), more]


def _layout(trace: Trace) -> list:
    """Heights from the bottom up: [top, input_top, [[bottom, top, pill, [[bottom, top], ..]], ..]].

    A row per layer; the innermost pairs are its lanes, forward first.
    """
    plan = unrolled_plan(trace, None)
    bands = [
        [band.bottom, band.top, band.pill, [[lane.bottom, lane.top] for lane in band.lanes]]
        for band in plan.bands
    ]
    return [plan.top, plan.input_top, bands]


def _limits(trace: Trace) -> dict[str, list[float]]:
    """How far colours run: at full range, and fitted to this run."""
    looks = (DEFAULT_LOOK, Look(fit=True))
    scales = {"h": state_scale, "x": input_scale, "product": product_scale, "weight": weight_scale}
    if any(cell.c is not None for cell in trace.cells):
        scales["c"] = cell_state_scale
    return {name: [scale(trace, look).limit for look in looks] for name, scale in scales.items()}


def _apart(trace: Trace, torch_h: Sequence[np.ndarray], sample: int) -> float:
    """max |RNNviz - torch.nn| of h, as far as both are finite."""
    pairs = zip(trace.cells, torch_h, strict=True)
    length = _length(trace, sample)
    with np.errstate(invalid="ignore"):
        return largest(cell.h[:length, sample] - h[:length, sample] for cell, h in pairs)


def _arrays(trace: Trace, torch_h: Sequence[np.ndarray], sample: int) -> list[np.ndarray]:
    length = _length(trace, sample)
    arrays = [trace.cells[0].x[:length, sample]]
    for cell, torch_of_cell in zip(trace.cells, torch_h, strict=True):
        for name, sizes in FIELDS.items():
            array = torch_of_cell if name == "torch_h" else getattr(cell, name)
            if array is not None:
                own = array[:length, sample] if sizes[0] == "seq_len" else array
                arrays.append(array[sample] if name in ("h_0", "c_0") else own)
    return arrays


def _bits(dtype: str) -> Callable[[np.ndarray], np.ndarray]:
    match dtype:
        case "bfloat16":
            # Held as float32 on the host, whose upper half is the bfloat16 itself.
            return lambda array: (array.astype("<f4").view("<u4") >> 16).astype("<u2")
        case "float16":
            return lambda array: array.astype("<f2")
        case "float32":
            return lambda array: array.astype("<f4")
    return lambda array: array.astype("<f8")


def _padding(length: int) -> bytes:
    return bytes(-length % ALIGNMENT)
