"""Mistakes about weights and biases: which matrix, which way round, how often."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from rnnviz.diagnosis.mistake import (
    Mistake,
    as_wide_as_states,
    both_ways,
    stacked,
    unprojected,
    with_bias,
)
from rnnviz.engine.varied import Case, Changes, Place

_Cell = dict[str, Tensor]


def _of_place(take: Callable[[Place], Place], *names: str) -> Changes:
    """Every cell uses the parameters of another one, all or those named."""

    def case(case: Case) -> Case:
        cells = dict(zip(case.config.lanes, case.weights, strict=True))
        changed = []
        for place, cell in cells.items():
            other = cells[take(place)]
            changed.append(cell | {name: other[name] for name in names or cell})
        return case._replace(weights=tuple(changed))

    return Changes(case=case)


def _changed(change: Callable[[_Cell, Case], _Cell]) -> Changes:
    """Every cell uses what `change` makes of its own parameters."""

    def case(case: Case) -> Case:
        return case._replace(weights=tuple(cell | change(cell, case) for cell in case.weights))

    return Changes(case=case)


def _blocks_transposed(weight: Tensor, case: Case) -> Tensor:
    size = case.config.hidden_size
    return weight.reshape(-1, size, size).transpose(1, 2).reshape(weight.shape)


def _hh_not_transposed(cell: _Cell, case: Case) -> _Cell:
    return {"weight_hh": _blocks_transposed(cell["weight_hh"], case)}


def _ih_not_transposed(cell: _Cell, case: Case) -> _Cell:
    if cell["weight_ih"].shape[1] != case.config.hidden_size:
        return {}
    return {"weight_ih": _blocks_transposed(cell["weight_ih"], case)}


def _ih_reshaped(cell: _Cell, case: Case) -> _Cell:
    weight, size = cell["weight_ih"], case.config.hidden_size
    # Each gate's block, read as (inputs, hidden_size) without moving a number.
    blocks = weight.reshape(-1, weight.shape[1], size)
    return {"weight_ih": blocks.transpose(1, 2).reshape(weight.shape)}


def _some_square(case: Case) -> bool:
    """A layer with an input as wide as its hidden state."""
    config = case.config
    layers = range(config.num_layers)
    return any(config.layer_input_size(layer) == config.hidden_size for layer in layers)


def _three_layers(case: Case) -> bool:
    """Three layers or more."""
    return case.config.num_layers > 2


def _biases(of_ih: tuple[float, float], of_hh: tuple[float, float]) -> Changes:
    """b_ih and b_hh become sums of the two, by the factors given."""

    def change(cell: _Cell, _case: Case) -> _Cell:
        b_ih, b_hh = cell["bias_ih"], cell["bias_hh"]
        return {
            "bias_ih": of_ih[0] * b_ih + of_ih[1] * b_hh,
            "bias_hh": of_hh[0] * b_ih + of_hh[1] * b_hh,
        }

    return _changed(change)


_LINE = "a = x_t @ W_ih.T + b_ih + h @ W_hh.T + b_hh"
_PARAMETERS = 'W_ih = state_dict[f"weight_ih_l{layer}{suffix}"]'
_SUFFIX = 'suffix = "_reverse" if direction == 1 else ""'


def _bias(id: str, sentence: str, wrong: str, changes: Changes, **more: object) -> Mistake:
    return Mistake(
        id=id,
        group="Biases",
        sentence=sentence,
        wrong=wrong,
        right=_LINE,
        changes=changes,
        needs=(with_bias,),
        **more,
    )


WEIGHTS = (
    Mistake(
        id="W1-hh-not-transposed",
        group="Weights",
        sentence="W_hh is multiplied without being transposed; it is square, so nothing complains.",
        wrong="a = x_t @ W_ih.T + b_ih + h @ W_hh + b_hh",
        right=_LINE,
        changes=_changed(_hh_not_transposed),
        needs=(unprojected,),
    ),
    Mistake(
        id="W2-ih-not-transposed",
        group="Weights",
        sentence="W_ih is multiplied without being transposed where it is square.",
        wrong="a = x_t @ W_ih + b_ih + h @ W_hh.T + b_hh",
        right=_LINE,
        changes=_changed(_ih_not_transposed),
        needs=(_some_square,),
    ),
    Mistake(
        id="W3-ih-reshape",
        group="Weights",
        sentence="W_ih is reshaped to fit where it should be transposed.",
        wrong="a = x_t @ W_ih.reshape(input_size, hidden_size) + b_ih + h @ W_hh.T + b_hh",
        right=_LINE,
        changes=_changed(_ih_reshaped),
    ),
    Mistake(
        id="W4-weights-layer0-everywhere",
        group="Weights",
        sentence="Every layer uses the weights of layer 0.",
        wrong='W_ih = state_dict["weight_ih_l0" + suffix]',
        right='W_ih = state_dict[f"weight_ih_l{layer}" + suffix]',
        changes=_of_place(lambda place: (0, place[1])),
        needs=(stacked, as_wide_as_states),
    ),
    Mistake(
        id="W5-directions-weights-swapped",
        group="Weights",
        sentence="The forward pass uses the reverse weights and the reverse pass the forward ones.",
        wrong='suffix = "_reverse" if direction == 0 else ""',
        right=_SUFFIX,
        changes=_of_place(
            lambda place: (place[0], "forward" if place[1] == "reverse" else "reverse")
        ),
        needs=(both_ways,),
    ),
    Mistake(
        id="W6-reverse-uses-forward-weights",
        group="Weights",
        sentence="The reverse pass uses the weights of the forward pass.",
        wrong='W_ih = state_dict[f"weight_ih_l{layer}"]  # for both directions',
        right=_PARAMETERS,
        changes=_of_place(lambda place: (place[0], "forward")),
        needs=(both_ways,),
    ),
    Mistake(
        id="W7-upper-layers-share-layer1",
        group="Weights",
        sentence="All layers from layer 1 on use the weights of layer 1.",
        wrong='W_ih = state_dict[f"weight_ih_l{min(layer, 1)}{suffix}"]',
        right=_PARAMETERS,
        changes=_of_place(lambda place: (min(place[0], 1), place[1])),
        needs=(_three_layers,),
    ),
    _bias(
        "B1-no-bias-hh",
        "b_hh is forgotten.",
        "a = x_t @ W_ih.T + b_ih + h @ W_hh.T",
        _biases((1, 0), (0, 0)),
    ),
    _bias(
        "B2-no-bias-ih",
        "b_ih is forgotten.",
        "a = x_t @ W_ih.T + h @ W_hh.T + b_hh",
        _biases((0, 0), (0, 1)),
    ),
    _bias(
        "B3-no-bias",
        "Both biases are forgotten.",
        "a = x_t @ W_ih.T + h @ W_hh.T",
        _biases((0, 0), (0, 0)),
    ),
    _bias(
        "B4-bias-ih-twice",
        "b_ih is added twice and b_hh never.",
        "a = x_t @ W_ih.T + b_ih + h @ W_hh.T + b_ih",
        _biases((1, 0), (1, 0)),
    ),
    _bias(
        "B5-bias-hh-twice",
        "b_hh is added twice and b_ih never.",
        "a = x_t @ W_ih.T + b_hh + h @ W_hh.T + b_hh",
        _biases((0, 1), (0, 1)),
    ),
    _bias(
        "B6-bias-double",
        "Both biases are added twice.",
        "a = F.linear(x_t, W_ih, b) + F.linear(h, W_hh, b)  # b = b_ih + b_hh",
        _biases((2, 0), (0, 2)),
    ),
    _bias(
        "B7-bias-swapped",
        "b_ih and b_hh are exchanged, which a GRU's reset gate tells apart.",
        "a = x_t @ W_ih.T + b_hh + h @ W_hh.T + b_ih",
        _biases((0, 1), (1, 0)),
        kinds=("GRU",),
    ),
    Mistake(
        id="B8-bias-of-layer0",
        group="Biases",
        sentence="Every layer uses the biases of layer 0.",
        wrong='b_ih = state_dict["bias_ih_l0" + suffix]',
        right='b_ih = state_dict[f"bias_ih_l{layer}" + suffix]',
        changes=_of_place(lambda place: (0, place[1]), "bias_ih", "bias_hh"),
        needs=(with_bias, stacked),
    ),
)
