"""What the numbers of a lane should be, told from those before them.

`foretold.js` tells the very same, bit for bit: so nothing but sums, products and quotients in the
order written here, rounded where it is said, and no exp or tanh of a library. How near it comes to
what was recorded decides how small a page gets, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

Arrays = Mapping[str, np.ndarray]

# e^x is (e^(x / 1024))^1024: a power of two that keeps the series short.
_HALVINGS = 10
_TERMS = 9
_LARGEST = 40.0


def foretold(
    kind: str, activations: Sequence[str], reverse: bool, lane: Arrays, x: np.ndarray | None
) -> dict[str, np.ndarray]:
    """The recorded arrays of one layer in one direction, as they should be.

    Args:
        kind: RNN, LSTM or GRU.
        activations: as `CellTrace.activations`.
        reverse: whether it runs from the last row to the first.
        lane: its arrays, states and parameters by name. Rows are timesteps.
        x: what it read, (seq_len, input_size); None where that is not to be multiplied.
    """
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        before = {
            f"{name}_before": _before(lane[name], lane[f"{name}_0"], reverse)
            for name in ("h", "c")
            if name in lane
        }
        told = {} if x is None else _products(lane, x, before["h_before"])
        told |= {"RNN": _rnn, "LSTM": _lstm, "GRU": _gru}[kind]({**lane, **before}, activations)
    for array in told.values():
        # Its bits are not the same everywhere.
        array[np.isnan(array)] = 0
    return told


def _products(lane: Arrays, x: np.ndarray, before: np.ndarray) -> dict[str, np.ndarray]:
    return {"wx": _product(lane["weight_ih"], x), "wh": _product(lane["weight_hh"], before)}


def _rnn(lane: Arrays, activations: Sequence[str]) -> dict[str, np.ndarray]:
    return {"a": _sum(lane, slice(None)), "h": _activated(lane["a"], activations)}


def _lstm(lane: Arrays, activations: Sequence[str]) -> dict[str, np.ndarray]:
    i, f, g, o = np.split(lane["gates"], 4, axis=1)
    hidden = o * lane["tanh_c"]
    return {
        "a": _sum(lane, slice(None)),
        "gates": _activated(lane["a"], activations[:4]),
        "c": f * lane["c_before"] + i * g,
        "tanh_c": _activated(lane["c"], activations[4:]),
        "h": _product(lane["weight_hr"], hidden) if "weight_hr" in lane else hidden,
    }


def _gru(lane: Arrays, activations: Sequence[str]) -> dict[str, np.ndarray]:
    r, z, n = np.split(lane["gates"], 3, axis=1)
    size = n.shape[1]
    own = lane["wh"][:, 2 * size :]
    own = own + lane["bias_hh"][2 * size :] if "bias_hh" in lane else own
    start = lane["bias_ih"][2 * size :] if "bias_ih" in lane else 0
    last = lane["wx"][:, 2 * size :] + start + lane["r_hn"]
    return {
        "a": np.hstack([_sum(lane, slice(2 * size)), last]),
        "gates": _activated(lane["a"], activations),
        "r_hn": r * own,
        "h": (1 - z) * n + z * lane["h_before"],
    }


def _before(states: np.ndarray, start: np.ndarray, reverse: bool) -> np.ndarray:
    """The state that each row came from."""
    return np.vstack([states[1:], start] if reverse else [start, states[:-1]])


def _product(weight: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """rows @ weight.T, added up in float64 from the first column to the last."""
    total = np.zeros((len(rows), len(weight)))
    part = np.empty_like(total)
    for column, values in zip(*(a.T.astype(np.float64) for a in (weight, rows)), strict=True):
        total += np.multiply.outer(values, column, out=part)
    return total.astype(rows.dtype)


def _sum(lane: Arrays, part: slice) -> np.ndarray:
    """a, in the order in which the engine adds it up."""
    total = np.zeros_like(lane["wx"][:, part])
    for name in ("bias_ih", "bias_hh", "wx", "wh"):
        if name in lane:
            total += lane[name][..., part]
    return total


def _activated(a: np.ndarray, activations: Sequence[str]) -> np.ndarray:
    """Blocks side by side, each with its activation; 0 where that is none of the usual."""
    blocks = np.split(a.astype(np.float64), len(activations), axis=1)
    told = [
        _ACTIVATIONS.get(name, np.zeros_like)(block)
        for name, block in zip(activations, blocks, strict=True)
    ]
    return np.hstack(told).astype(a.dtype)


def _exp(x: np.ndarray) -> np.ndarray:
    small = np.clip(x, -_LARGEST, _LARGEST) / 2**_HALVINGS
    power = np.ones_like(small)
    for k in range(_TERMS, 0, -1):
        power = 1 + small * power / k
    for _ in range(_HALVINGS):
        power = power * power
    return power


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + _exp(-x))


def _tanh(x: np.ndarray) -> np.ndarray:
    power = _exp(2 * x)
    return (power - 1) / (power + 1)


def _relu(x: np.ndarray) -> np.ndarray:
    return np.where(x > 0, x, 0)


_ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "tanh": _tanh,
    "sigmoid": _sigmoid,
    "relu": _relu,
}
