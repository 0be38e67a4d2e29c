"""The index map against torch: every expression is evaluated on what torch returned."""

from itertools import product

import pytest
import torch
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

import rnnviz
from rnnviz.shapes import (
    laid_out,
    last_steps,
    places_of_c_n,
    places_of_h_n,
    places_of_output,
    places_of_packed,
)

NETS = list(product(["RNN", "LSTM", "GRU"], [1, 2, 3], [False, True]))
# Lengths, and whether the samples stand in their own order, so that there are no indices.
PACKINGS = {
    "any order": ([2, 4, 1], False),
    "longest first": ([4, 3, 3], False),
    "no indices": ([4, 3, 3], True),
}


def net_of(kind, layers, both, *, batch_first=False, proj=0):
    config = rnnviz.RNNConfig(
        input_size=2,
        hidden_size=3,
        num_layers=layers,
        bidirectional=both,
        batch_first=batch_first,
        kind=kind,
        proj_size=proj if kind == "LSTM" else 0,
        dtype="float64",
    )
    return rnnviz.build(config, 3)


def torch_returns(net, x):
    """Torch's own tensors under the names that the expressions use."""
    output, states = net(x)
    h_n, c_n = states if isinstance(net, torch.nn.LSTM) else (states, None)
    return {"output": output, "h_n": h_n, "c_n": c_n, "pad_packed_sequence": pad_packed_sequence}


def check(places, trace, names, quantity="h"):
    """Every expression gives the number that the traced cell has at that place."""
    count = 0
    for place in places:
        cell = trace.cell(place.layer, place.direction)
        wanted = getattr(cell, quantity)[place.t, place.sample, place.unit].item()
        for expression in (place.expression, *place.same):
            assert eval(expression, dict(names)).item() == pytest.approx(wanted, abs=1e-12)
        count += 1
    return count


def check_states(trace, names):
    assert check(places_of_h_n(trace), trace, names) == names["h_n"].numel()
    if names["c_n"] is not None:
        assert check(places_of_c_n(trace), trace, names, "c") == names["c_n"].numel()


@pytest.mark.parametrize("layout", ["sequence first", "batch_first", "unbatched"])
@pytest.mark.parametrize("proj", [0, 2], ids=["plain", "projected"])
@pytest.mark.parametrize(("kind", "layers", "both"), NETS)
def test_every_expression_fetches_the_number_it_says(kind, layers, both, proj, layout):
    net = net_of(kind, layers, both, batch_first=layout == "batch_first", proj=proj)
    shape = {"sequence first": (4, 3), "batch_first": (3, 4), "unbatched": (4,)}[layout]
    x = torch.randn(*shape, 2, dtype=torch.float64)
    trace, names = rnnviz.trace(net, x), torch_returns(net, x)

    assert check(places_of_output(trace), trace, names) == names["output"].numel()
    check_states(trace, names)


@pytest.mark.parametrize(("lengths", "bare"), PACKINGS.values(), ids=PACKINGS)
@pytest.mark.parametrize("proj", [0, 2], ids=["plain", "projected"])
@pytest.mark.parametrize(("kind", "layers", "both"), NETS)
def test_every_expression_holds_for_packed_input(kind, layers, both, proj, lengths, bare):
    net = net_of(kind, layers, both, proj=proj)
    x = torch.randn(4, 3, 2, dtype=torch.float64)
    packed = pack_padded_sequence(x, lengths, enforce_sorted=False)
    packed = PackedSequence(packed.data, packed.batch_sizes) if bare else packed
    trace, names = rnnviz.trace(net, packed), torch_returns(net, packed)

    assert check(places_of_packed(trace), trace, names) == names["output"].data.numel()
    check_states(trace, names)
    for batch_first in (False, True):
        padded = laid_out(trace, "batch_first" if batch_first else "sequence first")
        theirs = pad_packed_sequence(names["output"], batch_first=batch_first)[0]
        torch.testing.assert_close(torch.from_numpy(padded.output), theirs)
        known = names | {"output": theirs}
        count = check(places_of_output(padded), padded, known)
        assert count == sum(lengths) * padded.output.shape[2]
        check_states(padded, known)


@pytest.mark.parametrize("packed", [False, True], ids=["full", "packed"])
@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_a_sample_alone_is_what_torch_makes_of_it(kind, packed):
    net = net_of(kind, 2, True, proj=2)
    x = torch.randn(4, 3, 2, dtype=torch.float64)
    lengths = [2, 4, 1] if packed else [4, 4, 4]
    given = pack_padded_sequence(x, lengths, enforce_sorted=False) if packed else x
    for sample, length in enumerate(lengths):
        alone = laid_out(rnnviz.trace(net, given), "unbatched", sample=sample)
        names = torch_returns(net, x[:length, sample])

        assert alone.output.shape == tuple(names["output"].shape)
        assert check(places_of_output(alone), alone, names) == names["output"].numel()
        check_states(alone, names)


@pytest.mark.parametrize("batched", [True, False], ids=["batched", "unbatched"])
@pytest.mark.parametrize("kind", ["RNNCell", "LSTMCell", "GRUCell"])
def test_a_single_cell_has_no_axis_of_time(kind, batched):
    net = getattr(torch.nn, kind)(2, 3, dtype=torch.float64)
    x = torch.randn(*((2, 2) if batched else (2,)), dtype=torch.float64)
    trace = rnnviz.trace(net, x)
    states = net(x)
    h_n, c_n = states if kind == "LSTMCell" else (states, None)
    names = {"output": h_n, "h_n": h_n, "c_n": c_n}

    assert check(places_of_output(trace), trace, names) == h_n.numel()
    check_states(trace, names)


@pytest.mark.parametrize("sample", [0, 2])
def test_one_sample_is_a_part_of_all(sample):
    trace = rnnviz.trace(net_of("LSTM", 2, True), torch.randn(4, 3, 2, dtype=torch.float64))

    for places in (places_of_output, places_of_h_n, places_of_c_n):
        kept = [place for place in places(trace) if place.sample == sample]
        assert list(places(trace, sample=sample)) == kept


def test_the_words_of_one_place():
    """Two bidirectional layers of three units, as one would write them by hand."""
    trace = rnnviz.trace(net_of("RNN", 2, True), torch.randn(4, 3, 2, dtype=torch.float64))
    places = {place.expression: place for place in places_of_output(trace)}

    assert places["output[3, 1, 2]"].same == (
        "output[-1, 1, 2]",
        "h_n[2, 1, 2]",
        "h_n[-2, 1, 2]",
    )
    assert places["output[0, 1, 5]"].same == ("h_n[3, 1, 2]", "h_n[-1, 1, 2]")
    assert places["output[3, 1, 5]"].same == ("output[-1, 1, 5]",)
    assert places["output[1, 1, 4]"][:5] == (1, "reverse", 1, 1, 1)


@pytest.mark.parametrize("layout", ["sequence first", "batch_first", "unbatched"])
@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_the_last_timestep_is_not_the_reverse_directions_final_state(kind, layout):
    net = net_of(kind, 2, True)
    x = torch.randn(4, 3, 2, dtype=torch.float64)
    trace = laid_out(rnnviz.trace(net, x), layout, sample=1)
    names = torch_returns(
        net_of(kind, 2, True, batch_first=layout == "batch_first"),
        {
            "sequence first": x,
            "batch_first": x.transpose(0, 1),
            "unbatched": x[:, 1],
        }[layout],
    )
    forward, reverse = last_steps(trace, sample=0 if layout == "unbatched" else 1)

    assert (forward.same, reverse.same) == (True, False)
    for step in (forward, reverse):
        for expression in (step.final, step.found):
            assert eval(expression, dict(names)).item() == pytest.approx(step.final_value)
        assert eval(step.last, dict(names)).item() == pytest.approx(step.last_value)
    assert abs(reverse.last_value - reverse.final_value) > 1e-6


def test_with_one_timestep_both_are_the_same():
    trace = rnnviz.trace(net_of("GRU", 1, True), torch.randn(1, 2, 2, dtype=torch.float64))

    assert [step.same for step in last_steps(trace)] == [True, True]


def test_past_its_length_a_sample_is_padding():
    x = torch.randn(4, 2, 2, dtype=torch.float64)
    packed = pack_padded_sequence(x, [2, 4], enforce_sorted=False)
    padded = laid_out(rnnviz.trace(net_of("LSTM", 1, True), packed), "sequence first")

    assert [step.same for step in last_steps(padded, sample=0)] == [False, False]
    assert [step.last_value for step in last_steps(padded, sample=0)] == [0, 0]
    assert [step.found for step in last_steps(padded, sample=0)] == [
        "output[1, 0, 0]",
        "output[0, 0, 3]",
    ]
    assert [step.same for step in last_steps(padded, sample=1)] == [True, False]


def test_what_is_not_there_is_refused():
    net = net_of("RNN", 1, False)
    x = torch.randn(4, 2, 2, dtype=torch.float64)
    plain = rnnviz.trace(net, x)
    packed = rnnviz.trace(net, pack_padded_sequence(x, [4, 2]))

    with pytest.raises(ValueError, match="output is packed"):
        next(places_of_output(packed))
    with pytest.raises(ValueError, match="output is packed"):
        last_steps(packed)
    with pytest.raises(ValueError, match="output is not packed"):
        next(places_of_packed(plain))
    with pytest.raises(ValueError, match="only an LSTM has c_n, got RNN"):
        next(places_of_c_n(plain))
