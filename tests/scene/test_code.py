"""The code on show: it runs, computes what it claims, and in the order it claims."""

from itertools import groupby, product

import pytest
import torch

from rnnviz.config import parameter_suffix
from rnnviz.engine.checks import config_of
from rnnviz.engine.mistakes import time_first
from rnnviz.scene.code import CELLS, Line, code
from rnnviz.scene.schedules import ORDERS, schedule

OPTIONS = {
    f"{order}, {'both ways' if both else 'one way'}, {'bias' if bias else 'no bias'}, {cell}": (
        order,
        {"bidirectional": both, "bias": bias, "cell": cell},
    )
    for order, both, bias, cell in product(ORDERS, [False, True], [True, False], CELLS)
}
EVERY_CODE = pytest.mark.parametrize(("order", "options"), OPTIONS.values(), ids=OPTIONS.keys())


def called(options):
    """A net of three layers with these options, and what it is called with: (net, x, hx)."""
    cell, more = options["cell"], {}
    kind = cell.split()[0] if cell in ("LSTM", "LSTM proj", "GRU") else "RNN"
    if kind == "RNN":
        more["nonlinearity"] = cell
    if cell == "LSTM proj":
        more["proj_size"] = 2
    torch.manual_seed(4)
    net = getattr(torch.nn, kind)(
        3,
        4,
        3,
        bias=options["bias"],
        bidirectional=options["bidirectional"],
        dtype=torch.float64,
        **more,
    )
    rows, size = 3 * (1 + net.bidirectional), net.proj_size or 4
    states = [torch.randn(rows, width, dtype=torch.float64) for width in (size, 4)]
    return net, torch.randn(5, 3, dtype=torch.float64), states


def names(net, x, states):
    """The names that the code expects, and no others."""
    kinds = {"W_ih": "weight_ih", "W_hh": "weight_hh"}
    if net.bias:
        kinds |= {"b_ih": "bias_ih", "b_hh": "bias_hh"}
    if net.proj_size:
        kinds |= {"W_hr": "weight_hr"}
    suffixes = [parameter_suffix(*lane) for lane in config_of(net).lanes]
    weights = {
        name: [getattr(net, kind + suffix).detach() for suffix in suffixes]
        for name, kind in kinds.items()
    }
    return weights | {
        "torch": torch,
        "num_layers": net.num_layers,
        "T": len(x),
        "x": x,
        **dict(zip(("h_0", "c_0") if net.mode == "LSTM" else ("h_0",), states, strict=False)),
    }


def run(lines, namespace):
    exec("\n".join(text for text, _ in lines), namespace)
    return namespace


@EVERY_CODE
def test_the_code_computes_what_torch_does_or_the_mistake(order, options):
    net, x, states = called(options)
    before = [x.clone(), *(state.clone() for state in states)]
    output = run(code(order, **options), names(net, x, states))["output"]
    hx = tuple(states) if net.mode == "LSTM" else states[0]
    theirs = net(x, hx)[0].detach()
    expected = time_first(net, x, hx).output if order == "time-first" else theirs

    torch.testing.assert_close(output, expected, rtol=0, atol=1e-12)
    mistaken = order == "time-first" and options["bidirectional"]
    assert torch.allclose(output, theirs, rtol=0, atol=1e-12) is not mistaken
    assert all(map(torch.equal, (x, *states), before))


@EVERY_CODE
def test_the_code_goes_in_the_order_of_the_schedule(order, options):
    net, x, states = called(options)
    lines = []
    for line in code(order, **options):
        lines.append(line)
        if line.part == "keep":
            indent = line.text[: -len(line.text.lstrip())]
            lines.append(Line(f"{indent}log.append((layer, direction, t))", None))
    # Code for one direction has no loop over directions.
    namespace = names(net, x, states) | {"log": [], "direction": "forward"}
    log = run(lines, namespace)["log"]

    assert tuple(log) == schedule(order, config_of(net).lanes, len(x))


@EVERY_CODE
def test_the_code_is_short(order, options):
    texts = [line.text for line in code(order, **options)]

    gated = options["cell"] not in ("tanh", "relu")
    assert len(texts) <= (21 if gated else 16)
    assert max(map(len, texts)) <= (64 if gated else 60)
    assert not any("#" in text or not text.strip() for text in texts)
    assert all(text == text.rstrip() for text in texts)


# What each line computes or stores, by its part.
TARGETS = {
    "start": ("h =",),
    "start_c": ("c =",),
    "read": ("x_t =",),
    "wx": ("wx =",),
    "wh": ("wh =",),
    "a": ("a =", "x_r, x_z, x_n =", "h_r, h_z, h_n ="),
    "gates": ("i, f, g, o =", "i, f, o =", "g =", "r, z =", "n ="),
    "c": ("c =", "c[row] =", "c[layer] ="),
    "h": ("h =", "h[row] =", "h[layer] ="),
    "keep": ("states[",),
    "join": ("x = [torch.cat(", "below = torch.cat("),
}


@EVERY_CODE
def test_each_part_has_lines_of_its_own(order, options):
    """One line in an RNN; with gates up to three that follow each other."""
    lines = [line for line in code(order, **options) if line.part is not None]
    parts = [part for part, _ in groupby(line.part for line in lines)]
    cell = options["cell"]
    absent = set() if options["bidirectional"] else {"join"}
    absent |= set() if cell.startswith("LSTM") else {"start_c", "c"}
    absent |= {"gates"} if cell in ("tanh", "relu") else set()

    assert sorted(parts) == sorted(set(TARGETS) - absent)
    assert len(lines) == len(parts) or cell not in ("tanh", "relu")
    for line in lines:
        assert line.text.strip().startswith(TARGETS[line.part])


def test_one_direction_needs_no_word_about_directions():
    for order in ORDERS:
        lines = code(order, bidirectional=False, bias=True, cell="tanh")

        assert not any("direction" in text or "reverse" in text for text, _ in lines)


def test_the_arithmetic_is_that_of_the_options():
    lines = code("layer-first", bidirectional=True, bias=True, cell="tanh")
    plain = code("layer-first", bidirectional=False, bias=False, cell="relu")
    by_part = [{line.part: line.text.strip() for line in found} for found in (lines, plain)]

    assert [by_part[0][part] for part in ("wx", "wh", "a", "h")] == [
        "wx = W_ih[row] @ x_t",
        "wh = W_hh[row] @ h",
        "a = wx + b_ih[row] + wh + b_hh[row]",
        "h = torch.tanh(a)",
    ]
    assert [by_part[1][part] for part in ("wx", "wh", "a", "h")] == [
        "wx = W_ih[layer] @ x_t",
        "wh = W_hh[layer] @ h",
        "a = wx + wh",
        "h = torch.relu(a)",
    ]
