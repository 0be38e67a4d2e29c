"""Whether output at the last timestep is h_n: for the reverse direction it is not."""

from __future__ import annotations

from typing import NamedTuple

from rnnviz.config import Direction
from rnnviz.records import Trace
from rnnviz.shapes.places import last_t, output_expression, state_expression, top_lanes


class LastStep(NamedTuple):
    """Unit 0 of one direction of the last layer, fetched in two ways.

    Attributes:
        direction: "forward" or "reverse".
        last: its output at the last timestep: `output[-1, 0, 4]`.
        last_value: the number there.
        final: its row of h_n: `h_n[3, 0, 0]`.
        final_value: the number there.
        found: where output holds that: `output[0, 0, 4]`.
        t: that timestep.
        padded: whether `last` is padding, as the sample is shorter.
    """

    direction: Direction
    last: str
    last_value: float
    final: str
    final_value: float
    found: str
    t: int
    padded: bool

    @property
    def same(self) -> bool:
        """Whether both ways fetch one number of the run."""
        return self.found == self.last


def last_steps(trace: Trace, *, sample: int = 0) -> tuple[LastStep, ...]:
    """The last timestep of output and h_n, for each direction of the last layer.

    Raises:
        ValueError: the output is packed, so that it has no last timestep.
    """
    if trace.is_packed:
        raise ValueError("output is packed; laid_out(trace, 'sequence first') pads it.")
    trace = trace.numpy()
    stop = trace.seq_len if trace.lengths is None else trace.lengths[sample]
    steps = []
    for row, cell, first in top_lanes(trace):
        t = last_t(trace, cell, sample)
        padded = stop < trace.seq_len
        # The last timestep counted from the end, as it is usually written.
        found = -1 if t == trace.seq_len - 1 else t
        steps.append(
            LastStep(
                direction=cell.direction,
                last=output_expression(trace, -1, sample, first),
                last_value=0.0 if padded else float(cell.h[-1, sample, 0]),
                final=state_expression(trace, "h_n", row, sample, 0),
                final_value=float(cell.h[t, sample, 0]),
                found=output_expression(trace, found, sample, first),
                t=t,
                padded=padded,
            )
        )
    return tuple(steps)
