"""A traced net as an Excel workbook that computes: every number between input and output."""

from __future__ import annotations

import numpy as np

from rnnviz.engine.in_float64 import in_float64
from rnnviz.exports.workbook_book import MAX_COLUMNS, Book
from rnnviz.exports.workbook_check import write_check
from rnnviz.exports.workbook_formulas import ACTIVATIONS
from rnnviz.exports.workbook_given import parameters, write_input, write_states, write_weights
from rnnviz.exports.workbook_lanes import lanes_of, widths_of, write_lane
from rnnviz.exports.workbook_readme import write_readme
from rnnviz.figures.look import DEFAULT_LOOK, checked
from rnnviz.figures.shares import timesteps_of
from rnnviz.limits import TooLargeError
from rnnviz.records import Trace

# Formulas of one workbook: so many take 15 seconds, 120 MB while they are written, 4 MB on disk.
MAX_FORMULAS = 200_000

# Weights and inputs of one workbook: so many take some seconds more and double the file.
MAX_NUMBERS = 400_000


def workbook_xlsx(trace: Trace, *, sample: int = 0) -> bytes:
    """One sample of a run as an .xlsx whose every number is a formula of input, states and weights.

    The sheets: README; weights, input and states, whose numbers may be changed; one for each layer
    and direction, a row for each timestep; check, with what torch returned beside it. Each formula
    carries its value, computed in float64.

    Args:
        trace: the run.
        sample: which of its samples; of a padded one its own timesteps.

    Raises:
        ValueError: the sample is out of range; something was held or dropped; the module was one
            cell; an activation goes by no name; or a number is not finite.
        TooLargeError: the workbook would be too large, with what to lower.
    """
    check_workbook(trace, sample=sample)
    trace = checked(trace, DEFAULT_LOOK, sample=sample)
    exact = in_float64(trace, sample=sample).numpy()
    _check_finite(exact, 0)
    book = Book()
    write_readme(book, trace, sample)
    write_weights(book, exact, trace)
    x, start = write_input(book, exact, trace), write_states(book, exact, trace)
    lanes = lanes_of(exact, x, start)
    for lane in lanes:
        write_lane(book, lane, trace)
    write_check(book, lanes, trace, sample)
    return book.finished()


def check_workbook(trace: Trace, *, sample: int = 0) -> int:
    """About how many formulas `workbook_xlsx` would write, without writing any.

    Raises:
        ValueError: as `workbook_xlsx` does.
    """
    trace = checked(trace, DEFAULT_LOOK, sample=sample)
    _check_can_be_written(trace)
    formulas = _check_size(trace, timesteps_of(trace.cells[0], sample))
    _check_finite(trace, sample)
    return formulas


def _check_can_be_written(trace: Trace) -> None:
    if any(cell.dropout_mask is not None for cell in trace.cells):
        raise ValueError(
            "a run with dropout cannot be written as a workbook, as its masks are no part of the "
            "net; trace the module in eval mode."
        )
    if trace.clamps:
        raise ValueError(
            "a run in which something is held cannot be written as a workbook, as its formulas are "
            f"the net's own; take back {trace.clamps[0]}."
        )
    for cell in trace.cells:
        for activation in cell.activations:
            if cell.curves is not None or activation not in ACTIVATIONS:
                raise ValueError(
                    f"activation {activation!r} of layer {cell.layer} cannot be written as a "
                    f"formula; those that can are: {', '.join(ACTIVATIONS)}."
                )


def _check_size(trace: Trace, length: int) -> int:
    """How many formulas there will be; refuses what a spreadsheet cannot hold."""
    widths = [sum(widths_of(cell).values()) + len(widths_of(cell)) for cell in trace.cells]
    if max(widths) >= MAX_COLUMNS:
        raise TooLargeError(
            f"a sheet would need {max(widths) + 1:,} columns, {MAX_COLUMNS:,} are possible; lower "
            "hidden_size or input_size."
        )
    outputs = sum(cell.state_size for cell in trace.cells[-trace.config.num_directions :])
    formulas = length * (sum(widths) + 2 * outputs)
    if formulas > MAX_FORMULAS:
        raise TooLargeError(
            f"the workbook would hold about {formulas:,} formulas, {MAX_FORMULAS:,} are possible; "
            "lower seq_len, hidden_size or num_layers."
        )
    numbers = sum(array.size for cell in trace.cells for array in parameters(cell).values())
    numbers += length * trace.config.input_size
    if numbers > MAX_NUMBERS:
        raise TooLargeError(
            f"the workbook would hold {numbers:,} weights and inputs, {MAX_NUMBERS:,} are "
            "possible; lower hidden_size, input_size or seq_len."
        )
    return formulas


def _check_finite(trace: Trace, sample: int) -> None:
    """Refuses numbers that a cell of a spreadsheet cannot hold."""
    for cell in trace.cells:
        stop = timesteps_of(cell, sample)
        seen = {"x": cell.x[:stop, sample], "h": cell.h[:stop, sample], "h_0": cell.h_0[sample]}
        if cell.c is not None:
            seen |= {"c": cell.c[:stop, sample], "c_0": cell.c_0[sample]}
        for name, array in (seen | parameters(cell)).items():
            if not np.isfinite(array).all():
                raise ValueError(
                    f"{name} of layer {cell.layer} {cell.direction} must be finite to stand in a "
                    "workbook, but holds NaN or an infinity."
                )
