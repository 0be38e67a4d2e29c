"""Known mistakes, each made on purpose: torch's nets run by a plan that is wrong in one point."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from rnnviz.config import Direction, NetConfig
from rnnviz.engine.checks import Module
from rnnviz.engine.forward import States, run_plan
from rnnviz.engine.plan import Lane, plan
from rnnviz.limits import LIBRARY_MAX_BYTES
from rnnviz.records import Trace

_OTHER: dict[Direction, Direction] = {"forward": "reverse", "reverse": "forward"}


def time_first(
    module: Module,
    input: Tensor | PackedSequence,
    hx: States = None,
    *,
    max_bytes: int = LIBRARY_MAX_BYTES,
    generator: torch.Generator | None = None,
) -> Trace:
    """What comes out when the loop over time stands outside the loop over layers.

    At step s every layer computes forward at t = s and reverse at t = T-1-s, and both cells of
    the layer above read the join of these two states, which belong to different timesteps. Layer
    0 is right; with two directions and T >= 2 every layer above is wrong from its first step on.
    With one layer, one direction or one timestep nothing differs from `trace`.

    Each cell's `x` holds what it really read, so each cell by itself is right and `compare` finds
    the error in output alone. The numbers do not depend on when they are computed: `Trace.steps`
    goes layer by layer here too.

    Args:
        module: as for `trace`.
        input: as for `trace`.
        hx: as for `trace`.
        max_bytes: as for `trace`; the two cells of an upper layer do not share what they read, so
            that the record is larger.
        generator: as for `trace`.

    Raises:
        TypeError, ValueError, RuntimeError: as for `trace`.
    """
    return run_plan(_time_first_plan, module, (input, hx), max_bytes, generator)


def _time_first_plan(config: NetConfig) -> tuple[Lane, ...]:
    """The lanes, those above layer 0 reading the other direction, if any, from the other end."""
    return tuple(
        lane._replace(flipped=_OTHER[lane.direction]) if lane.layer > 0 else lane
        for lane in plan(config)
    )
