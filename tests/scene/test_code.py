"""The code on show: it runs, computes what it claims, and in the order it claims."""

from itertools import product

import pytest
import torch

from rnnviz.config import parameter_suffix
from rnnviz.engine.checks import config_of
from rnnviz.engine.mistakes import time_first
from rnnviz.scene.code import Line, code
from rnnviz.scene.schedules import ORDERS, schedule
from tests.engine.test_forward import make

OPTIONS = {
    f"{order}, {'both ways' if both else 'one way'}, {'bias' if bias else 'no bias'}, {act}": (
        order,
        {"bidirectional": both, "bias": bias, "nonlinearity": act},
    )
    for order, both, bias, act in product(ORDERS, [False, True], [True, False], ["tanh", "relu"])
}
EVERY_CODE = pytest.mark.parametrize(("order", "options"), OPTIONS.values(), ids=OPTIONS.keys())


def names(net, x, h_0):
    """The names that the code expects, and no others."""
    kinds = {"W_ih": "weight_ih", "W_hh": "weight_hh"}
    if net.bias:
        kinds |= {"b_ih": "bias_ih", "b_hh": "bias_hh"}
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
        "h_0": h_0,
    }


def run(lines, namespace):
    exec("\n".join(text for text, _ in lines), namespace)
    return namespace


@EVERY_CODE
def test_the_code_computes_what_torch_does_or_the_mistake(order, options):
    net, x, h_0 = make(unbatched=True, num_layers=3, scale=0.35, **options)
    before = [x.clone(), h_0.clone()]
    output = run(code(order, **options), names(net, x, h_0))["output"]
    theirs = net(x, h_0)[0].detach()
    expected = time_first(net, x, h_0).output if order == "time-first" else theirs

    torch.testing.assert_close(output, expected, rtol=0, atol=1e-12)
    mistaken = order == "time-first" and options["bidirectional"]
    assert torch.allclose(output, theirs, rtol=0, atol=1e-12) is not mistaken
    assert torch.equal(x, before[0])
    assert torch.equal(h_0, before[1])


@EVERY_CODE
def test_the_code_goes_in_the_order_of_the_schedule(order, options):
    net, x, h_0 = make(unbatched=True, num_layers=3, **options)
    lines = []
    for line in code(order, **options):
        lines.append(line)
        if line.part == "keep":
            indent = line.text[: -len(line.text.lstrip())]
            lines.append(Line(f"{indent}log.append((layer, direction, t))", None))
    # Code for one direction has no loop over directions.
    namespace = names(net, x, h_0) | {"log": [], "direction": "forward"}
    log = run(lines, namespace)["log"]

    assert tuple(log) == schedule(order, config_of(net).lanes, len(x))


@EVERY_CODE
def test_the_code_is_short(order, options):
    texts = [line.text for line in code(order, **options)]

    assert len(texts) <= 16
    assert max(map(len, texts)) <= 60
    assert not any("#" in text or not text.strip() for text in texts)
    assert all(text == text.rstrip() for text in texts)


# What each line computes or stores, by its part.
TARGETS = {
    "start": ("h =",),
    "read": ("x_t =",),
    "wx": ("wx =",),
    "wh": ("wh =",),
    "a": ("a =",),
    "h": ("h =", "h[row] =", "h[layer] ="),
    "keep": ("states[",),
    "join": ("x = [torch.cat(", "below = torch.cat("),
}


@EVERY_CODE
def test_each_part_has_one_line(order, options):
    lines = [line for line in code(order, **options) if line.part is not None]
    expected = set(TARGETS) if options["bidirectional"] else set(TARGETS) - {"join"}

    assert sorted(line.part for line in lines) == sorted(expected)
    for line in lines:
        assert line.text.strip().startswith(TARGETS[line.part])


def test_one_direction_needs_no_word_about_directions():
    for order in ORDERS:
        lines = code(order, bidirectional=False, bias=True, nonlinearity="tanh")

        assert not any("direction" in text or "reverse" in text for text, _ in lines)


def test_the_arithmetic_is_that_of_the_options():
    lines = code("layer-first", bidirectional=True, bias=True, nonlinearity="tanh")
    plain = code("layer-first", bidirectional=False, bias=False, nonlinearity="relu")
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
