"""Shapes and places of stacks, against the parameters and tensors of the module itself."""

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

import rnnviz
from rnnviz.shapes import (
    GateRows,
    gate_rows,
    laid_out,
    last_steps,
    parameter_rows,
    places_of_c_n,
    places_of_h_n,
    places_of_output,
    places_of_packed,
    tensor_rows,
)
from tests.shapes.test_places import check

F64 = {"dtype": torch.float64}
LAYOUTS = {"sequence first": (4, 3), "batch_first": (3, 4), "unbatched": (4,)}
STACKS = {
    "RNN, LSTM, GRU": ["RNNCell", "LSTMCell", "GRUCell"],
    "RNN, LSTM": ["RNNCell", "LSTMCell"],
    "LSTM, LSTM": ["LSTMCell", "LSTMCell"],
    "GRU": ["GRUCell"],
    "RNN, GRU": ["RNNCell", "GRUCell"],
}
EVERY = pytest.mark.parametrize("names", STACKS.values(), ids=STACKS)
BOTH = pytest.mark.parametrize("both", [False, True], ids=["one way", "both ways"])


def stack_of(names, both, **options):
    """Hidden sizes 3, 5, 2; the activations of layer 0 are not torch's."""
    torch.manual_seed(2)
    bias = options.pop("bias", True)
    sizes = [2, 3, 5, 2]

    def cells():
        return [
            getattr(nn, name)(sizes[k] * (1 + (both and k > 0)), sizes[k + 1], bias=bias, **F64)
            for k, name in enumerate(names)
        ]

    place = {"RNNCell": "h", "LSTMCell": "c", "GRUCell": "n"}[names[0]]
    own = [{place: "softsign"}, *[None] * (len(names) - 1)]
    reverse = cells() if both else None
    return rnnviz.CellStack(cells(), reverse, activations=own, **options)


def returned(stack, x):
    output, states = stack(x)
    h_n, c_n = states if stack.config.has_c else (states, None)
    return {"output": output, "h_n": h_n, "c_n": c_n, "pad_packed_sequence": pad_packed_sequence}


def check_states(trace, names):
    assert check(places_of_h_n(trace), trace, names) == sum(one.numel() for one in names["h_n"])
    if names["c_n"] is not None:
        count = sum(one.numel() for one in names["c_n"] if one is not None)
        assert check(places_of_c_n(trace), trace, names, "c") == count


@pytest.mark.parametrize("layout", LAYOUTS)
@BOTH
@EVERY
def test_every_expression_fetches_the_number_it_says(names, both, layout):
    stack = stack_of(names, both, batch_first=layout == "batch_first")
    x = torch.randn(*LAYOUTS[layout], 2, **F64)
    trace, known = rnnviz.trace(stack, x), returned(stack, x)

    assert check(places_of_output(trace), trace, known) == known["output"].numel()
    check_states(trace, known)


@BOTH
@EVERY
def test_every_expression_holds_for_packed_input(names, both):
    stack = stack_of(names, both)
    x = torch.randn(4, 3, 2, **F64)
    packed = pack_padded_sequence(x, [2, 4, 1], enforce_sorted=False)
    trace, known = rnnviz.trace(stack, packed), returned(stack, packed)

    assert check(places_of_packed(trace), trace, known) == known["output"].data.numel()
    check_states(trace, known)
    for batch_first in (False, True):
        padded = laid_out(trace, "batch_first" if batch_first else "sequence first")
        theirs = pad_packed_sequence(known["output"], batch_first=batch_first)[0]
        torch.testing.assert_close(torch.from_numpy(padded.output), theirs)
        assert padded.config.batch_first == batch_first
        there = known | {"output": theirs}
        assert check(places_of_output(padded), padded, there) == 7 * theirs.shape[2]
        check_states(padded, there)


@EVERY
def test_a_sample_alone_is_what_the_stack_makes_of_it(names):
    stack = stack_of(names, True)
    x = torch.randn(4, 3, 2, **F64)
    packed = pack_padded_sequence(x, [2, 4, 1], enforce_sorted=False)
    for sample, length in enumerate([2, 4, 1]):
        alone = laid_out(rnnviz.trace(stack, packed), "unbatched", sample=sample)
        known = returned(stack, x[:length, sample])

        assert [one.shape for one in alone.h_n] == [tuple(one.shape) for one in known["h_n"]]
        for ours, theirs in zip(alone.c_n or (), known["c_n"] or (), strict=True):
            assert (None if ours is None else ours.shape) == getattr(theirs, "shape", None)
        assert check(places_of_output(alone), alone, known) == known["output"].numel()
        check_states(alone, known)


def test_a_sample_alone_keeps_the_curves_whole():
    stack = rnnviz.CellStack([nn.RNNCell(2, 3)], activations={"h": torch.sin})
    trace = rnnviz.trace(stack, torch.randn(4, 3, 2))

    (cell,) = laid_out(trace, "unbatched", sample=1).cells
    assert cell.curves.shape == tuple(trace.cells[0].curves.shape)


def test_the_words_of_one_place():
    trace = rnnviz.trace(stack_of(STACKS["RNN, LSTM"], True), torch.randn(4, 3, 2, **F64))
    output = {place.expression: place for place in places_of_output(trace)}
    h_n = {place.expression: place for place in places_of_h_n(trace)}
    c_n = {place.expression: place for place in places_of_c_n(trace)}

    assert output["output[3, 1, 2]"].same == ("output[-1, 1, 2]", "h_n[2][1, 2]", "h_n[-2][1, 2]")
    assert output["output[0, 1, 9]"].same == ("h_n[3][1, 4]", "h_n[-1][1, 4]")
    assert h_n["h_n[1][0, 2]"][:5] == (0, "reverse", 0, 2, 0)
    assert h_n["h_n[1][0, 2]"].same == ()
    assert [name for name in c_n if "[0, 0]" in name] == ["c_n[2][0, 0]", "c_n[3][0, 0]"]
    assert c_n["c_n[3][0, 4]"].same == ("c_n[-1][0, 4]",)


def test_an_unbatched_state_has_one_index():
    trace = rnnviz.trace(stack_of(STACKS["GRU"], False), torch.randn(4, 2, **F64))

    assert [place.expression for place in places_of_h_n(trace)] == [
        "h_n[0][0]",
        "h_n[0][1]",
        "h_n[0][2]",
    ]
    with pytest.raises(ValueError, match="only an LSTM has c_n, got GRU"):
        next(places_of_c_n(trace))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_last_timestep_is_not_the_reverse_directions_final_state(layout):
    stack = stack_of(STACKS["RNN, LSTM, GRU"], True, batch_first=layout == "batch_first")
    x = torch.randn(*LAYOUTS[layout], 2, **F64)
    known = returned(stack, x)
    forward, reverse = last_steps(rnnviz.trace(stack, x))

    assert (forward.same, reverse.same) == (True, False)
    assert reverse.final == ("h_n[5][0]" if layout == "unbatched" else "h_n[5][0, 0]")
    for step in (forward, reverse):
        for expression, value in (
            (step.final, step.final_value),
            (step.found, step.final_value),
            (step.last, step.last_value),
        ):
            assert eval(expression, dict(known)).item() == pytest.approx(value)


@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no bias"])
@BOTH
@EVERY
def test_parameters_are_those_of_the_module(names, both, bias):
    stack = stack_of(names, both, bias=bias)
    rows = parameter_rows(stack.config)

    # In the module's order, too.
    assert [(row.name, row.shape) for row in rows] == [
        (name, tuple(parameter.shape)) for name, parameter in stack.named_parameters()
    ]
    for row in rows:
        layer = stack.config.cells_of(int(row.name.split(".")[1]))
        sizes = {"input_size": layer.input_size, "hidden_size": layer.hidden_size}
        assert tuple(eval(axis, dict(sizes)) for axis in row.axes) == row.shape


def test_each_parameter_says_why_it_has_its_shape():
    config = stack_of(STACKS["RNN, LSTM, GRU"], True).config
    why = {row.name: row.why for row in parameter_rows(config)}

    assert why["cells.0.weight_ih"] == "reads x_t"
    assert why["reverse.1.weight_ih"] == "reads h of layer 0, forward then reverse"
    assert why["cells.1.weight_hh"] == "reads h_{t-1}"
    assert why["reverse.2.weight_hh"] == "reads h_{t+1}"
    assert why["cells.2.bias_hh"] == "added to W_hh h; in n within r * (...)"
    assert why["cells.1.bias_hh"] == "added to W_hh h"


def test_gates_of_a_layer():
    config = stack_of(STACKS["RNN, LSTM, GRU"], True).config

    assert gate_rows(config.cells_of(0)) == ()
    assert gate_rows(config.cells_of(1))[1] == GateRows("f", 5, 10)
    assert gate_rows(config.cells_of(2))[2] == GateRows("n", 4, 6)


@pytest.mark.parametrize("layout", LAYOUTS)
@BOTH
@EVERY
def test_tensors_are_those_of_the_module(names, both, layout):
    first = layout == "batch_first"
    stack = stack_of(names, both, batch_first=first)
    x = torch.zeros(*LAYOUTS[layout], 2, **F64)
    known = returned(stack, x)
    known |= {"input": x, "h_0": known["h_n"], "c_0": known["c_n"]}

    rows = tensor_rows(rnnviz.trace(stack, x))
    assert all(eval(row.name, dict(known)).shape == row.shape for row in rows)
    assert all(len(row.shape) == len(row.axes) for row in rows)
    count = len(known["h_n"]) + sum(one is not None for one in known["c_n"] or ())
    assert len(rows) == 2 + 2 * count
    states = [row for row in rows if "[" in row.name]
    assert all(row.why.endswith("leaves it as it is") == first for row in states)


def test_each_state_says_whose_it_is():
    trace = rnnviz.trace(stack_of(STACKS["RNN, LSTM"], True), torch.zeros(4, 3, 2, **F64))
    rows = {row.name: row for row in tensor_rows(trace)}

    assert rows["c_0[3]"] == (
        "c_0[3]",
        (3, 5),
        ("batch", "hidden_size"),
        "where it starts: the LSTM cell of layer 1, reverse",
    )
    assert rows["h_n[0]"].why == "its last state: the RNN cell of layer 0, forward"
    assert rows["output"].axes[-1] == "num_directions * hidden_size"
    assert rows["output"].shape == (4, 3, 10)
