"""A run with a mistake as a record, so that it can be drawn like any other."""

from __future__ import annotations

import math
from dataclasses import replace

from torch import Tensor

from rnnviz.engine.varied import Ran, Varied, flipped, masked
from rnnviz.records import CellTrace, Trace

# Fields of a record with a row for each timestep.
_ROWS = ("x", "wx", "wh", "a", "gates", "r_hn", "c", "tanh_c", "h")


def trace_of(varied: Varied) -> Trace:
    """The record of a run: what each cell computed, by position, and what was returned.

    h is what a cell hands on, which a mistake may have moved in time; the other fields stay where
    they were computed.
    """
    case, returned = varied.case, varied.returned
    return Trace(
        config=case.config,
        batched=case.batched,
        cells=tuple(_cell(one, case.lengths) for one in varied.ran),
        output=returned.output,
        h_n=returned.h_n,
        c_n=returned.c_n,
        lengths=case.lengths,
    )


def _cell(ran: Ran, lengths: tuple[int, ...] | None) -> CellTrace:
    layer, direction = ran.place

    def placed(rows: Tensor) -> Tensor:
        rows = flipped(rows, lengths) if ran.backwards else rows
        # The scan ran one product into the padding.
        return rows if lengths is None else masked(rows, lengths, math.nan)

    rows = {
        name: placed(getattr(ran.cell, name))
        for name in _ROWS
        if getattr(ran.cell, name) is not None
    }
    rows["h"] = ran.h
    return replace(ran.cell, layer=layer, direction=direction, lengths=lengths, **rows)
