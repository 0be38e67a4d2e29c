"""What lies in files beside a script whose numbers are too many to be written out."""

from __future__ import annotations

import numpy as np

from rnnviz.config import NetConfig, StackConfig, parameter_suffix
from rnnviz.exports.literals import dtype, literal
from rnnviz.records import Trace

# Numbers that fit a script that one reads, and lines of them where a seed gives the weights: its
# code has 40 at most, and the whole is to have fewer than 60.
MAX_LITERALS = 1500
MAX_LITERAL_LINES = 18

# What the files are called: a state_dict of torch, and the arrays of `input_arrays`.
WEIGHTS_FILE = "weights.pt"
INPUT_FILE = "input.npz"


def needs_files(trace: Trace, *, seed: int | None) -> bool:
    """Whether the script of a run reads its numbers from files.

    Args:
        trace: the run.
        seed: the seed that gives the weights, which then need not be written out, or None.
    """
    arrays = input_arrays(trace)
    if not isinstance(trace.config, StackConfig):
        # torch.nn gives the output there; the script of a stack writes it out.
        arrays.pop("output")
    numbers = sum(array.size for array in arrays.values())
    if seed is None:
        numbers += sum(
            array.size
            for cell in trace.cells
            for name, array in cell.arrays()
            if name.startswith(("weight", "bias"))
        )
    if seed is None or numbers > MAX_LITERALS:
        return numbers > MAX_LITERALS
    written = "\n".join(literal(array, trace.config) for array in arrays.values())
    return len(written.splitlines()) > MAX_LITERAL_LINES


def input_arrays(trace: Trace) -> dict[str, np.ndarray]:
    """What went in and what came out, by the names in `INPUT_FILE`.

    `x` is (seq_len, batch, input_size), `output` (seq_len, batch, num_directions * state_size);
    `h_0` and `c_0` have a row for each cell, of a stack an array for each: `h_0_l1_reverse`.
    """
    trace = trace.numpy()
    arrays = {"x": trace.cells[0].x}
    starts = {"h_0": [cell.h_0 for cell in trace.cells], "c_0": [cell.c_0 for cell in trace.cells]}
    for name in starts:
        if isinstance(trace.config, StackConfig):
            arrays |= {
                name + parameter_suffix(*lane): array
                for lane, array in zip(trace.config.lanes, starts[name], strict=True)
                if array is not None
            }
        elif starts[name][0] is not None:
            arrays[name] = np.stack(starts[name])
    top = [cell.h for cell in trace.cells if cell.layer == trace.config.num_layers - 1]
    return arrays | {"output": np.concatenate(top, axis=-1)}


def saved(name: str, config: NetConfig) -> str:
    """An array of the file as a tensor of the net's dtype."""
    return f'torch.tensor(saved["{name}"]{dtype(config)})'


def reading_lines(module: str) -> list[str]:
    """The lines that load the weights into a module and open the rest."""
    return [
        f'{module}.load_state_dict(torch.load("{WEIGHTS_FILE}", weights_only=True))',
        f'saved = np.load("{INPUT_FILE}")',
    ]
