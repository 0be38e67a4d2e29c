"""Gates and states that are held, against loops over torch's own sums."""

import itertools

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.functional import linear

import rnnviz
from rnnviz import Clamp

T, BATCH, UNITS = 6, 2, 4
KNOWN = {"RNN": "h", "LSTM": "hcifgo", "GRU": "hrzn"}
NAMES = {"RNN": "", "LSTM": "ifgo", "GRU": "rzn"}

# What torch has at each place, and others of which no two are alike.
OWN = {
    "RNN": {"h": torch.tanh},
    "LSTM": dict.fromkeys("ifo", torch.sigmoid) | dict.fromkeys("gc", torch.tanh),
    "GRU": {"r": torch.sigmoid, "z": torch.sigmoid, "n": torch.tanh},
}
OTHERS = {
    "RNN": {"h": F.softsign},
    "LSTM": {"i": F.softsign, "f": F.hardsigmoid, "g": torch.sin, "o": F.hardtanh, "c": torch.relu},
    "GRU": {"r": F.hardsigmoid, "z": F.softsign, "n": torch.sin},
}
CELLS = {"RNN": nn.RNNCell, "LSTM": nn.LSTMCell, "GRU": nn.GRUCell}


def net(kind, **options):
    torch.manual_seed(4)
    return getattr(nn, kind)(3, UNITS, 2, bidirectional=True, dtype=torch.float64, **options)


def call(module):
    torch.manual_seed(5)
    x = torch.randn(T, BATCH, 3, dtype=torch.float64)
    rows = 4
    size = getattr(module, "proj_size", 0) or UNITS
    h_0 = torch.randn(rows, BATCH, size, dtype=torch.float64)
    if isinstance(module, nn.LSTM):
        return x, (h_0, torch.randn(rows, BATCH, UNITS, dtype=torch.float64))
    return x, h_0


def by_hand(module, x, hx, clamps):
    """The net in a loop; what is held is put where it belongs. Gives output, h_n, c_n."""
    kind = module.mode.split("_")[0]
    h_0, c_0 = hx if kind == "LSTM" else (hx, None)
    below, h_n, c_n = x, [], []
    for layer in range(2):
        halves = []
        for d, direction in enumerate(("forward", "reverse")):
            suffix = f"_l{layer}" + "_reverse" * d
            weights = {
                name.removesuffix(suffix): value.detach()
                for name, value in module.named_parameters()
                if name.endswith(suffix)
            }
            own = [c for c in clamps if (c.layer, c.direction) == (layer, direction)]
            row = 2 * layer + d
            h, c = h_0[row], None if c_0 is None else c_0[row]
            states = [None] * T
            for t in range(T) if d == 0 else reversed(range(T)):
                now = [one for one in own if one.start <= t < (T if one.stop is None else one.stop)]
                h, c = step(kind, weights, below[t], h, c, now)
                states[t] = h
            halves.append(torch.stack(states))
            h_n.append(h)
            c_n.append(c)
        below = torch.cat(halves, -1)
    return below, torch.stack(h_n), None if c_0 is None else torch.stack(c_n)


def step(kind, w, x, h, c, clamps, acts=None):
    acts = acts or OWN[kind]

    def held(name, value, before=None):
        value = value.clone()
        for one in clamps:
            if one.quantity == name:
                units = range(value.shape[1]) if one.unit is None else [one.unit]
                for unit in units:
                    value[:, unit] = before[:, unit] if one.value == "hold" else one.value
        return value

    a_x = linear(x, w["weight_ih"], w.get("bias_ih"))
    a_h = linear(h, w["weight_hh"], w.get("bias_hh"))
    if kind == "RNN":
        return held("h", acts["h"](a_x + a_h), h), None
    if kind == "GRU":
        (xr, xz, xn), (hr, hz, hn) = a_x.chunk(3, 1), a_h.chunk(3, 1)
        r, z = held("r", acts["r"](xr + hr)), held("z", acts["z"](xz + hz))
        n = held("n", acts["n"](xn + r * hn))
        return held("h", (1 - z) * n + z * h, h), None
    sums = (a_x + a_h).chunk(4, 1)
    i, f, g, o = (held(k, acts[k](a)) for k, a in zip("ifgo", sums, strict=True))
    c = held("c", f * c + i * g, c)
    out = o * acts["c"](c)
    if "weight_hr" in w:
        out = out @ w["weight_hr"].T
    return held("h", out, h), c


CASES = [
    (kind, quantity, value)
    for kind, quantities in KNOWN.items()
    for quantity in quantities
    for value in ((0.25, "hold") if quantity in "hc" else (0.25,))
]
SPANS = [(0, None, None), (2, 4, 1), (T - 1, T, None), (0, 1, 0)]


def assert_as_by_hand(module, clamps):
    x, hx = call(module)
    trace = rnnviz.trace(module, x, hx, clamps=clamps)
    output, h_n, c_n = by_hand(module, x, hx, clamps)

    torch.testing.assert_close(trace.output, output, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(trace.h_n, h_n, rtol=1e-12, atol=1e-12)
    if c_n is not None:
        torch.testing.assert_close(trace.c_n, c_n, rtol=1e-12, atol=1e-12)
    result = rnnviz.compare(trace, module)
    assert result.equal and result.first is None and result.max_difference < 1e-13
    return trace


@pytest.mark.parametrize(("kind", "quantity", "value"), CASES)
def test_clamped_run_is_what_a_loop_computes(kind, quantity, value):
    for (layer, direction), (start, stop, unit) in itertools.product(
        [(0, "forward"), (0, "reverse"), (1, "reverse")], SPANS
    ):
        clamp = Clamp(
            quantity=quantity,
            layer=layer,
            direction=direction,
            start=start,
            stop=stop,
            unit=unit,
            value=value,
        )
        trace = assert_as_by_hand(net(kind), [clamp])

        cell = trace.cell(layer, direction)
        of = {"h": cell.h, "c": cell.c}
        shown = of[quantity] if quantity in of else cell.gate(quantity)
        if value != "hold":
            span = shown[start:stop] if unit is None else shown[start:stop, :, unit]
            assert (span == value).all()
        assert trace.clamps[0].stop == (T if stop is None else stop)


@pytest.mark.parametrize("kind", list(KNOWN))
def test_several_clamps_meet_and_the_later_counts(kind):
    gates = [Clamp(quantity=q, layer=1, start=1, stop=5, value=0.5) for q in NAMES[kind]]
    clamps = [
        Clamp(quantity="h", layer=0, start=0, stop=4, value=1.0),
        Clamp(quantity="h", layer=0, start=2, stop=6, unit=3, value=-1.0),
        Clamp(quantity="h", layer=1, direction="reverse", start=3, stop=5, value="hold"),
        *gates,
    ]
    trace = assert_as_by_hand(net(kind), clamps)

    assert (trace.cell(0).h[2:, :, 3] == -1).all()


def test_projected_state_is_held_as_it_is_handed_on():
    clamps = [
        Clamp(quantity="h", layer=0, start=1, stop=3, unit=1, value=0.5),
        Clamp(quantity="c", layer=1, start=2, stop=4, unit=3, value="hold"),
    ]
    assert_as_by_hand(net("LSTM", proj_size=2), clamps)


@pytest.mark.parametrize("kind", list(KNOWN))
def test_nothing_held_changes_no_bit(kind):
    module = net(kind)
    x, hx = call(module)
    plain = rnnviz.trace(module, x, hx)
    none = rnnviz.trace(
        module, x, hx, clamps=[Clamp(quantity="h", layer=0, start=2, stop=2, value=9.0)]
    )

    for ours, theirs in zip(none.cells, plain.cells, strict=True):
        for (name, array), (_, other) in zip(ours.arrays(), theirs.arrays(), strict=True):
            assert torch.equal(array, other), name


@pytest.mark.parametrize("kind", list(KNOWN))
@pytest.mark.parametrize("batch", [1, 3])
def test_padded_samples_are_held_each_for_itself(kind, batch):
    module = net(kind)
    lengths = [3, 6, 4][-batch:]
    x = torch.randn(T, batch, 3, dtype=torch.float64)
    clamps = [
        Clamp(quantity="h", layer=0, direction="reverse", start=1, stop=4, unit=1, value="hold"),
        Clamp(quantity="h", layer=1, start=2, stop=6, unit=0, value=0.5),
    ]
    lengths[0] = min(lengths[0], max(lengths))
    packed = nn.utils.rnn.pack_padded_sequence(
        x[: max(lengths)], torch.tensor(lengths), enforce_sorted=False
    )
    clamps[1] = Clamp(quantity="h", layer=1, start=2, stop=max(lengths), unit=0, value=0.5)
    trace = rnnviz.trace(module, packed, clamps=clamps)
    assert rnnviz.compare(trace, module).equal

    for sample, length in enumerate(lengths):
        own = [
            Clamp(quantity="h", layer=0, direction="reverse", start=1, stop=min(4, length), unit=1,
                  value="hold"),
            Clamp(quantity="h", layer=1, start=2, stop=length, unit=0, value=0.5),
        ]  # fmt: skip
        alone = rnnviz.trace(module, x[:length, sample : sample + 1], clamps=own)
        for ours, theirs in zip(trace.cells, alone.cells, strict=True):
            torch.testing.assert_close(ours.h[:length, sample], theirs.h[:, 0])


def test_stack_with_clamps_has_plain_torch_as_its_judge():
    layers = (
        rnnviz.RNNConfig(kind="LSTM", input_size=3, hidden_size=4),
        rnnviz.RNNConfig(kind="RNN", input_size=4, hidden_size=2),
    )
    stack = rnnviz.build(rnnviz.StackConfig(layers=layers), 0)
    clamps = [
        Clamp(quantity="f", layer=0, start=1, stop=3, value=0.0),
        Clamp(quantity="h", layer=1, start=0, stop=2, unit=1, value=0.75),
    ]
    for x in (torch.randn(5, 2, 3), torch.randn(5, 3)):
        trace = rnnviz.trace(stack, x, clamps=clamps)
        assert rnnviz.compare(trace, stack).equal
        assert (trace.cell(1).h[:2, :, 1] == 0.75).all()


@pytest.mark.parametrize(
    ("kind", "quantity"), [(k, q) for k, names in KNOWN.items() for q in names]
)
def test_clamped_cell_has_each_of_its_own_activations(kind, quantity):
    torch.manual_seed(6)
    cell = CELLS[kind](3, UNITS, dtype=torch.float64)
    stack = rnnviz.CellStack([cell], activations=OTHERS[kind])
    x = torch.randn(T, BATCH, 3, dtype=torch.float64)
    h, c = torch.randn(2, BATCH, UNITS, dtype=torch.float64)
    clamp = Clamp(quantity=quantity, layer=0, start=2, stop=4, unit=1, value=0.5)
    trace = rnnviz.trace(stack, x, ((h,), (c,)) if kind == "LSTM" else (h,), clamps=[clamp])
    weights = {name: value.detach() for name, value in cell.named_parameters()}
    rows = []
    for t in range(T):
        h, c = step(kind, weights, x[t], h, c, [clamp] if 2 <= t < 4 else [], OTHERS[kind])
        rows.append(h)

    torch.testing.assert_close(trace.output, torch.stack(rows), rtol=1e-12, atol=1e-12)
    assert rnnviz.compare(trace, stack).equal


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_clamped_one_sample_without_a_batch_axis(kind):
    module = net(kind)
    clamps = [Clamp(quantity="h", layer=0, start=1, stop=3, unit=2, value=0.5)]
    trace = rnnviz.trace(module, torch.randn(T, 3, dtype=torch.float64), clamps=clamps)

    assert rnnviz.compare(trace, module).equal
    assert (trace.cell(0).h[1:3, 0, 2] == 0.5).all()


@pytest.mark.parametrize(
    ("kind", "clamp", "words"),
    [
        ("RNN", {"quantity": "c", "layer": 0}, r"c_l0\[:,:\]=0: the RNN has h to hold"),
        ("GRU", {"quantity": "f", "layer": 0}, "the GRU has h, r, z, n to hold"),
        ("LSTM", {"quantity": "h", "layer": 2}, "no such cell, but layer 0 forward"),
        ("LSTM", {"quantity": "h", "layer": 0, "unit": 4}, "units go from 0 to 3"),
        ("LSTM", {"quantity": "h", "layer": 0, "start": 6}, "timesteps go from 0 to 5"),
        ("LSTM", {"quantity": "h", "layer": 0, "stop": 7}, "timesteps go from 0 to 5, the stop"),
    ],
)
def test_clamp_without_a_place_is_refused(kind, clamp, words):
    module = net(kind)
    with pytest.raises(ValueError, match=words):
        rnnviz.trace(module, *call(module), clamps=[Clamp(**clamp, value=0)])


def test_clamp_of_a_unit_past_the_projection_is_refused():
    module = net("LSTM", proj_size=2)
    with pytest.raises(ValueError, match="units go from 0 to 1"):
        rnnviz.trace(module, *call(module), clamps=[Clamp(quantity="h", layer=0, unit=2, value=0)])
