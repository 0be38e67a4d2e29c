"""In which order the updates of a net are computed: nestings of the loops, and their walks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Literal

from rnnviz.config import Direction
from rnnviz.records import Step

Order = Literal["layer-first", "both", "time-first"]

# How the loops are nested, outermost first. The first two compute what torch.nn does. The third is
# a common mistake: with two directions a layer reads states below before they are all there.
ORDERS: dict[Order, tuple[str, str, str]] = {
    "layer-first": ("layer", "direction", "step"),
    "both": ("layer", "step", "direction"),
    "time-first": ("step", "layer", "direction"),
}


def schedule(
    order: Order, lanes: Sequence[tuple[int, Direction]], seq_len: int
) -> tuple[Step, ...]:
    """Every update once, in the order of computing.

    At step s of the loop over time, t is s forward and T-1-s reverse.

    Args:
        order: which nesting of the loops.
        lanes: every (layer, direction), as `RNNConfig.lanes`.
        seq_len: number of timesteps, T.
    """
    ranges = {
        "layer": dict.fromkeys(layer for layer, _ in lanes),
        "direction": dict.fromkeys(direction for _, direction in lanes),
        "step": range(seq_len),
    }
    loops = ORDERS[order]
    steps = []
    for values in product(*(ranges[name] for name in loops)):
        at = dict(zip(loops, values, strict=True))
        t = at["step"] if at["direction"] == "forward" else seq_len - 1 - at["step"]
        steps.append(Step(at["layer"], at["direction"], t))
    return tuple(steps)
