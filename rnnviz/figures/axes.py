"""Axes that count: whole numbers only, from 0, unit 0 at the top, tokens under their timestep."""

from __future__ import annotations

from rnnviz.figures.look import Look
from rnnviz.figures.tokens import token_text

# Ticks that fit side by side on a phone.
MAX_TICKS = 12

_TICK_STEPS = (1, 2, 5, 10, 20, 25, 50, 100)


def whole_ticks(start: int, stop: int, most: int = MAX_TICKS) -> list[int]:
    """At most about `most` round whole numbers of start..stop-1."""
    step = next((s for s in _TICK_STEPS if (stop - start) <= s * most), stop - start)
    return [value for value in range(start, stop) if value % step == 0]


def count_axis(count: int, title: str, **settings: object) -> dict:
    """An axis that counts 0..count-1 to the right, a cell around every number."""
    ticks = whole_ticks(0, count)
    return {
        "range": [-0.5, count - 0.5],
        "tickvals": ticks,
        "ticktext": [str(tick) for tick in ticks],
        "title": {"text": title},
        **settings,
    }


def unit_axis(count: int, title: str) -> dict:
    """A vertical axis that counts rows, row 0 at the top."""
    return count_axis(count, title, range=[count - 0.5, -0.5], ticklabelstandoff=4)


def time_axis(start: int, stop: int, look: Look) -> dict:
    """An axis of the timesteps start..stop-1, each with its token below."""
    ticks = whole_ticks(start, stop)
    texts = [str(t) for t in ticks]
    if look.labels is not None:
        texts = [f"{t}<br>{token_text(look.labels[t])}" for t in ticks]
    return {
        "range": [start - 0.5, stop - 0.5],
        "tickvals": ticks,
        "ticktext": texts,
        "title": {"text": "timestep t"},
        # Long tokens stand upright where they would run into each other.
        "autotickangles": [0, 90],
        "automargin": True,
    }


def chosen_column(t: int, look: Look, **place: object) -> tuple[dict, dict]:
    """The frame around the chosen timestep; `place` says on which axes and how high."""
    edges = {"type": "rect", "x0": t - 0.5, "x1": t + 0.5, **place}
    return halo_frame(f"t = {t}", look.palette.chosen, look, edges)


def halo_frame(name: str, color: str, look: Look, edges: dict) -> tuple[dict, dict]:
    """A frame with a rim in the colour of the page, so that it shows on dark and pale cells."""
    rim = {**edges, "name": f"rim of {name}", "line": {"color": look.palette.surface, "width": 5}}
    return rim, {**edges, "name": name, "line": {"color": color, "width": 2}}
