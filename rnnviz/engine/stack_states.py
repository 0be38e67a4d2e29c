"""The states that a stack starts from: an entry for each cell, as their sizes differ."""

from __future__ import annotations

from torch import Tensor

from rnnviz.config import StackConfig


def read_stack_states(
    config: StackConfig, hx: object, layout: tuple[bool, int], like: Tensor
) -> tuple[tuple[Tensor | None, ...], ...]:
    """(h_0,) or (h_0, c_0), tuples with an entry per cell; `layout` is (batched, batch).

    Each entry is (batch, hidden_size), None in c_0 of a cell without c.

    Raises:
        TypeError: hx is not of the form that the stack returns.
        RuntimeError: a size, dtype or device does not fit.
    """
    wanted = "(h_0, c_0), two tuples" if config.has_c else "a tuple"
    form = f"hx must be {wanted} with an entry for each of {len(config.lanes)} cells, or None"
    parts = [hx]
    if config.has_c:
        parts = list(hx) if isinstance(hx, tuple | list) and len(hx) == 2 else [None]
    read = []
    for name, rows in zip(("h_0", "c_0"), parts, strict=False):
        if not isinstance(rows, tuple | list):
            raise TypeError(f"{form}; got {type(hx if rows is None else rows).__name__}.")
        if len(rows) != len(config.lanes):
            raise TypeError(f"{form}; {name} has {len(rows)}.")
        read.append(
            tuple(
                _read_row(config, f"{name}[{place}]", row, layout, like)
                for place, row in enumerate(rows)
            )
        )
    return tuple(read)


def _read_row(
    config: StackConfig, name: str, row: object, layout: tuple[bool, int], like: Tensor
) -> Tensor | None:
    batched, batch = layout
    place = int(name[4:-1])
    layer, direction = config.lanes[place]
    cells = config.cells_of(layer)
    which = f"layer {layer}, {direction}"
    if name.startswith("c_0") and not cells.has_c:
        if row is not None:
            raise TypeError(f"{name} must be None: {which} is a {cells.kind} cell, without c.")
        return None
    if not isinstance(row, Tensor):
        raise TypeError(f"{name} must be a tensor, got {type(row).__name__}.")
    wanted = (batch, cells.hidden_size) if batched else (cells.hidden_size,)
    if tuple(row.shape) != wanted:
        axes = "(batch, hidden_size)" if batched else "(hidden_size,), the input being unbatched"
        raise RuntimeError(f"{name} must be {wanted} = {axes} of {which}; got {tuple(row.shape)}.")
    check_like_input(name, row, like)
    return row if batched else row[None]


def check_like_input(name: str, state: Tensor, like: Tensor) -> None:
    """Refuse a state of another dtype or on another device than the weights, and so the input.

    Raises:
        RuntimeError: it is.
    """
    if state.dtype != like.dtype:
        raise RuntimeError(f"{name} must have the input's dtype, {like.dtype}, got {state.dtype}.")
    if state.device != like.device:
        raise RuntimeError(
            f"{name} must be on the input's device, {like.device}, got {state.device}."
        )
