"""Quantities that are held over a span of timesteps: which cell holds what, and how."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import torch

from rnnviz.config import GATE_NAMES, HOLD, Clamp, Direction, NetConfig, RNNConfig
from rnnviz.records import Array

if TYPE_CHECKING:
    from rnnviz.inputs.edits import Edit

# The activations that a scan calls, each as act(a, out): of an RNN (act,), else (of gates, last).
Activations: TypeAlias = tuple[Callable[[Array, Array], object], ...]

# Runs a stretch: called with the buffers there and the states before it, and as the third with what
# becomes of the activations, or as the third with the position of the first row.
ChangedScan: TypeAlias = Callable[
    [list[Array], tuple[Array, ...], Callable[[Activations], Activations]], None
]
Scan: TypeAlias = Callable[[list[Array], tuple[Array, ...], int], None]


def clamps_of_cells(
    config: NetConfig, clamps: Iterable[Clamp], seq_len: int
) -> dict[tuple[int, Direction], tuple[Clamp, ...]]:
    """The clamps of each (layer, direction), each with its stop as a number.

    Raises:
        ValueError: the net has no such cell, unit or gate, the sequence no such timestep, or the
            net's dtype no such number.
    """
    found: dict[tuple[int, Direction], tuple[Clamp, ...]] = {}
    for clamp in clamps:
        place = (clamp.layer, clamp.direction)
        if place not in config.lanes:
            cells = ", ".join(f"layer {layer} {direction}" for layer, direction in config.lanes)
            raise ValueError(f"{clamp}: the net has no such cell, but {cells}.")
        _check_place(config.cells_of(clamp.layer), clamp, seq_len)
        check_fits(clamp, getattr(torch, config.dtype))
        stop = seq_len if clamp.stop is None else clamp.stop
        found[place] = (*found.get(place, ()), replace(clamp, stop=stop))
    return found


def check_fits(edit: Edit | Clamp, dtype: torch.dtype) -> None:
    """Refuse a number that the dtype cannot hold.

    Raises:
        ValueError: it lies beyond the largest one.
    """
    largest = torch.finfo(dtype).max
    if edit.value != HOLD and abs(edit.value) > largest:
        name = str(dtype).removeprefix("torch.")
        raise ValueError(
            f"the edit {edit}: {name} has numbers from {-largest:.3g} to {largest:.3g}."
        )


def _check_place(config: RNNConfig, clamp: Clamp, seq_len: int) -> None:
    known = ("h", *(("c",) if config.has_c else ()), *GATE_NAMES[config.kind])
    if clamp.quantity not in known:
        raise ValueError(f"{clamp}: the {config.kind} has {', '.join(known)} to hold.")
    units = config.state_size if clamp.quantity == "h" else config.hidden_size
    if clamp.unit is not None and clamp.unit >= units:
        raise ValueError(f"{clamp}: units go from 0 to {units - 1}.")
    if clamp.start >= seq_len or (clamp.stop or 0) > seq_len:
        raise ValueError(f"{clamp}: timesteps go from 0 to {seq_len - 1}, the stop to {seq_len}.")


def clamped(
    scan: ChangedScan, config: RNNConfig, direction: Direction, clamps: tuple[Clamp, ...]
) -> Scan:
    """A scan that holds what the clamps say: whole stretches without, single steps with them."""

    def run(buffers: list[Array], start: tuple[Array, ...], first: int) -> None:
        states = start
        for begin, end in _stretches(len(buffers[0]), first, direction, clamps):
            part = [buffer[begin:end] for buffer in buffers]
            active = [one for one in clamps if one.start <= first + begin < one.stop]
            before = states

            def change(acts: Activations, active=active, before=before) -> Activations:
                return _changed(config, acts, active, before)

            scan(part, states, change)
            last = 0 if direction == "reverse" else -1
            h = part[-1][last]
            _hold(h, [one for one in active if one.quantity == "h"], before[0])
            # An LSTM's c stands two before h.
            states = (h, part[-3][last]) if len(start) == 2 else (h,)

    return run


def _stretches(
    length: int, first: int, direction: Direction, clamps: tuple[Clamp, ...]
) -> Iterator[tuple[int, int]]:
    """(begin, end) within the buffers, in the order of computing; a step with a clamp is alone."""
    held = sorted(
        {t - first for one in clamps for t in range(one.start, one.stop) if 0 <= t - first < length}
    )
    cuts, at = [], 0
    for t in held:
        cuts += [(at, t)] if at < t else []
        cuts.append((t, t + 1))
        at = t + 1
    cuts += [(at, length)] if at < length else []
    return iter(cuts if direction == "forward" else cuts[::-1])


def _changed(
    config: RNNConfig, acts: Activations, active: list[Clamp], before: tuple[Array, ...]
) -> Activations:
    """The activations of a step in which gates or c are held."""
    inner = [one for one in active if one.quantity != "h"]
    if not inner:
        return acts
    act_gates, act_last = acts
    names, size = GATE_NAMES[config.kind], config.hidden_size
    of_c = [one for one in inner if one.quantity == "c"]
    of_n = [one for one in inner if one.quantity == "n"]

    def gates(a: Array, out: Array) -> None:
        act_gates(a, out)
        for one in inner:
            if one.quantity in names and one.quantity != "n":
                k = names.index(one.quantity)
                _hold(out[..., k * size : (k + 1) * size], [one], None)

    def last(a: Array, out: Array) -> None:
        # `a` of an LSTM is its c, which the next step reads too.
        _hold(a, of_c, before[-1])
        act_last(a, out)
        _hold(out, of_n, None)

    return gates, last


def _hold(array: Array, clamps: list[Clamp], before: Array | None) -> None:
    """Put what is held into a row, (batch, units) or (units,); `before` is the state before it."""
    for one in clamps:
        unit = slice(None) if one.unit is None else one.unit
        array[..., unit] = before[..., unit] if one.value == HOLD else one.value
