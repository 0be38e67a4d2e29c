"""Mistakes about what is returned, and about the axes of time and batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from rnnviz.diagnosis.mistake import (
    Group,
    Mistake,
    as_wide_as_states,
    batch_first,
    batched,
    both_ways,
    described,
    of_one_length,
    stacked,
    time_first,
)
from rnnviz.engine.varied import Case, Changes, Place, Ran, Returned, flipped, masked


def _finals(
    id: str,
    sentence: str,
    code: tuple[str, str],
    change: Callable[[Tensor, Case], Tensor],
    *needs: Callable[[Case], bool],
) -> tuple[Mistake, Mistake]:
    """h_n returned as `change` makes it, and c_n of an LSTM too; then h_n alone."""

    def both(returned: Returned, case: Case) -> Returned:
        c_n = None if returned.c_n is None else change(returned.c_n, case)
        return returned._replace(h_n=change(returned.h_n, case), c_n=c_n)

    def alone(returned: Returned, case: Case) -> Returned:
        return returned._replace(h_n=change(returned.h_n, case))

    first = _wrong(id, sentence, code, Changes(laid_out=both), *needs)
    words = f"{sentence} c_n is as it should be."
    return first, replace(first, kinds=("LSTM",), sentence=words, changes=Changes(laid_out=alone))


def _direction_major(rows: Tensor, case: Case) -> Tensor:
    directions = case.config.num_directions
    return torch.cat([rows[direction::directions] for direction in range(directions)])


def h_n_from_output(returned: Returned, _ran: list[Ran], case: Case) -> Returned:
    """The last layer's rows of h_n read at the last timestep of output."""
    rows = returned.output[-1].chunk(case.config.num_directions, dim=-1)
    h_n = returned.h_n.clone()
    h_n[-len(rows) :] = torch.stack(rows)
    return returned._replace(h_n=h_n)


def _output_is_cell(returned: Returned, ran: list[Ran], case: Case) -> Returned:
    halves = [
        flipped(one.cell.c, case.lengths) if one.backwards else one.cell.c
        for one in ran[-case.config.num_directions :]
    ]
    return returned._replace(output=_in_padding(torch.cat(halves, dim=-1), case))


def _output_of_layer_0(returned: Returned, ran: list[Ran], case: Case) -> Returned:
    halves = [one.h for one in ran[: case.config.num_directions]]
    return returned._replace(output=_in_padding(torch.cat(halves, dim=-1), case))


def _in_padding(output: Tensor, case: Case) -> Tensor:
    return output if case.lengths is None else masked(output, case.lengths)


def _h_n_and_c_n_turned(returned: Returned, _ran: list[Ran], _case: Case) -> Returned:
    return returned._replace(h_n=returned.c_n, c_n=returned.h_n)


def _other_axis(case: Case) -> Case:
    x = case.x.transpose(0, 1)
    if case.states_given:
        return case._replace(x=x)
    sizes = [None if rows is None else (len(rows), x.shape[1], rows.shape[2]) for rows in case[4:6]]
    h_0, c_0 = (None if size is None else x.new_zeros(size) for size in sizes)
    return case._replace(x=x, h_0=h_0, c_0=c_0)


def _other_axis_fits(case: Case) -> bool:
    """States made inside, or as many timesteps as samples."""
    return case.batched and (not case.states_given or case.x.shape[0] == case.x.shape[1])


def _output_turned(returned: Returned, _case: Case) -> Returned:
    return returned._replace(output=returned.output.transpose(0, 1))


def _viewed(case: Case) -> Case:
    return case._replace(x=case.x.transpose(0, 1).reshape(case.x.shape))


def _output_viewed(returned: Returned, _case: Case) -> Returned:
    batch, seq_len, size = returned.output.shape
    by_time = returned.output.transpose(0, 1)
    return returned._replace(output=by_time.reshape(batch, seq_len, size))


def _states_before(one: Ran, case: Case) -> Tensor:
    shifted = torch.cat([one.cell.h_0[None], one.cell.h[:-1]])
    return flipped(shifted, case.lengths) if one.backwards else shifted


def _shifted(returned: Returned, ran: list[Ran], case: Case) -> Returned:
    halves = [_states_before(one, case) for one in ran[-case.config.num_directions :]]
    return returned._replace(output=_in_padding(torch.cat(halves, dim=-1), case))


def _last_step_missing(ran: Ran, _done: list[Ran]) -> Ran:
    cell = ran.cell
    h, h_last, c_last = ran.h.clone(), cell.h_0, cell.c_0
    h[0 if ran.backwards else -1] = 0.0
    if cell.seq_len > 1:
        h_last, c_last = cell.h[-2], None if cell.c is None else cell.c[-2]
    return ran._replace(h=h, h_last=h_last, c_last=c_last)


def _reads_the_input(_place: Place, _x: Tensor, case: Case, _done: list[Ran]) -> Tensor:
    return case.x


_H_N = "h_n = torch.stack([h of layer 0 forward, h of layer 0 reverse, h of layer 1 forward, ...])"


def _wrong(
    id: str,
    sentence: str,
    code: tuple[str, str],
    changes: Changes,
    *needs: Callable[[Case], bool],
) -> Mistake:
    group: Group = "Time and batch" if id[0] in "TX" else "Results"
    return described(group, id, sentence, code, changes, *needs)


def _wrong_lstm(id: str, sentence: str, code: tuple[str, str], changes: Changes) -> Mistake:
    return replace(_wrong(id, sentence, code, changes), kinds=("LSTM",))


RESULTS = (
    *_finals(
        "N1-hn-direction-major",
        "The rows of h_n come by direction, all forward ones first.",
        ("h_n = torch.stack(h_forward + h_reverse)", _H_N),
        _direction_major,
        both_ways,
        stacked,
    ),
    *_finals(
        "N2-hn-layers-reversed",
        "The rows of h_n come in the opposite order.",
        ("h_n = torch.stack(finals[::-1])", "h_n = torch.stack(finals)"),
        lambda rows, _case: rows.flip(0),
    ),
    *_finals(
        "N3-hn-last-layer-only",
        "h_n holds the last layer alone.",
        ("h_n = torch.stack(finals[-num_directions:])", "h_n = torch.stack(finals)"),
        lambda rows, case: rows[-case.config.num_directions :],
        stacked,
    ),
    *_finals(
        "N4-hn-batch-first",
        "batch_first is applied to h_n too, which torch never does.",
        ("h_n = h_n.transpose(0, 1)", "h_n  # (num_layers * num_directions, batch, hidden_size)"),
        lambda rows, _case: rows.transpose(0, 1),
        batched,
    ),
    _wrong(
        "N5-hn-from-output-last-step",
        "h_n of the last layer is output at the last timestep, where a reverse pass has seen one "
        "step only and a shorter sample has ended.",
        ("h_n[-2:] = output[-1].reshape(batch, 2, -1).transpose(0, 1)", "h_n[-1] = h_reverse[0]"),
        Changes(returns=h_n_from_output),
    ),
    _wrong_lstm(
        "N6-hn-cn-swapped",
        "h_n and c_n are returned in the opposite order.",
        ("return output, (c_n, h_n)", "return output, (h_n, c_n)"),
        Changes(returns=_h_n_and_c_n_turned),
    ),
    _wrong_lstm(
        "N7-output-is-cell",
        "output holds the cell states c_t, not h_t.",
        ("outputs.append(c)", "outputs.append(h)"),
        Changes(returns=_output_is_cell),
    ),
    _wrong(
        "N8-output-layer0",
        "output holds the states of the first layer.",
        ("return layer_outputs[0], h_n", "return layer_outputs[-1], h_n"),
        Changes(returns=_output_of_layer_0),
        stacked,
    ),
    _wrong(
        "T1-batch-first-ignored",
        "The axes of batch and time are exchanged: the recurrence runs over the samples.",
        (
            "for step in range(batch): ...  # over the samples",
            "for step in range(seq_len): ...  # over time",
        ),
        Changes(case=_other_axis, laid_out=_output_turned),
        _other_axis_fits,
        of_one_length,
    ),
    _wrong(
        "T2-view-for-transpose",
        "With batch_first the input is reshaped to (T, B, I), which mixes samples and timesteps.",
        ("x = input.reshape(T, B, input_size)", "x = input.transpose(0, 1)"),
        Changes(case=_viewed, laid_out=_output_viewed),
        batch_first,
        of_one_length,
    ),
    _wrong(
        "T3-output-shifted",
        "output holds the state before each update, so that it comes one step late.",
        (
            "outputs.append(h); h = cell(x_t, h)",
            "h = cell(x_t, h); outputs.append(h)",
        ),
        Changes(returns=_shifted),
    ),
    _wrong(
        "T4-last-step-missing",
        "The loop stops one step early.",
        ("for t in range(T - 1): ...", "for t in range(T): ..."),
        Changes(leaves=_last_step_missing),
        of_one_length,
    ),
    _wrong(
        "T5-output-not-transposed-back",
        "With batch_first the output is left with time on its first axis.",
        ("return output, h_n", "return output.transpose(0, 1), h_n"),
        Changes(laid_out=_output_turned),
        batch_first,
    ),
    _wrong(
        "T6-output-batch-first",
        "The output is laid out as (batch, seq_len, features), though batch_first is False.",
        ("return output.transpose(0, 1), h_n", "return output, h_n"),
        Changes(laid_out=_output_turned),
        time_first,
        batched,
    ),
    _wrong(
        "X1-layer-input-is-x",
        "Every layer reads the input of the net, not the states of the layer below.",
        ("h_t = cell(input[t], h)  # in every layer", "h_t = cell(layer_input[t], h)"),
        Changes(reads=_reads_the_input),
        stacked,
        as_wide_as_states,
    ),
)
