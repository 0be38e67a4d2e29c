"""Mistakes about the gates of an LSTM, and how they enter the state."""

from __future__ import annotations

from collections.abc import Callable

from rnnviz.diagnosis.catalogue.orders import orders
from rnnviz.diagnosis.mistake import Mistake
from rnnviz.engine.activations import Given
from rnnviz.engine.steps import LSTMRow, States, Steps, Update
from rnnviz.engine.varied import Case, Changes
from rnnviz.records import Array


def _at(place: int, given: Given) -> Changes:
    """Another activation at one place: i, f, g, o or c."""

    def case(case: Case) -> Case:
        cells = tuple((*one[:place], given, *one[place + 1 :]) for one in case.activations)
        return case._replace(activations=cells)

    return Changes(case=case)


def _forget_and_one(row: LSTMRow) -> None:
    row.f[...] = row.sigmoid(row.a_f + 1.0)


def _forget_is_not_in(row: LSTMRow) -> None:
    row.f[...] = 1.0 - row.i


def _in_is_not_forget(row: LSTMRow) -> None:
    row.i[...] = 1.0 - row.f


def _cell_dropped(update: Update, part: list[Array], states: States, start: States) -> States:
    first = states is start
    return update(part, states if first else (states[0], states[1] * 0.0))


def _lstm(id: str, sentence: str, wrong: str, right: str, changes: Changes) -> Mistake:
    return Mistake(
        id=id,
        group="LSTM",
        kinds=("LSTM",),
        sentence=sentence,
        wrong=wrong,
        right=right,
        changes=changes,
    )


def _cell(of: Callable[[LSTMRow], Array]) -> Changes:
    return Changes(steps=Steps(cell=of))


def _hidden(of: Callable[[LSTMRow], Array]) -> Changes:
    return Changes(steps=Steps(hidden=of))


_C = "c = f * c + i * g"
_H = "h = o * torch.tanh(c)"

LSTM = (
    *orders("LSTM", "L1"),
    _lstm(
        "L2-no-tanh-on-cell",
        "The tanh of the cell state is forgotten.",
        "h = o * c",
        _H,
        _hidden(lambda row: row.o * row.c),
    ),
    _lstm(
        "L3-tanh-of-product",
        "tanh is taken of the product with the output gate.",
        "h = torch.tanh(o * c)",
        _H,
        _hidden(lambda row: row.tanh(row.o * row.c)),
    ),
    _lstm(
        "L4-candidate-sigmoid",
        "The candidate goes through sigmoid, as the gates do.",
        "g = torch.sigmoid(a_g)",
        "g = torch.tanh(a_g)",
        _at(2, "sigmoid"),
    ),
    _lstm(
        "L5-candidate-linear",
        "The candidate has no activation.",
        "g = a_g",
        "g = torch.tanh(a_g)",
        _at(2, "identity"),
    ),
    _lstm(
        "L6-forget-bias-1",
        "1 is added to the forget gate's pre-activation at every step, as in TensorFlow 1.",
        "f = torch.sigmoid(a_f + 1)",
        "f = torch.sigmoid(a_f)",
        Changes(steps=Steps(gates=_forget_and_one)),
    ),
    _lstm(
        "L7-cifg-f=1-i",
        "The forget gate is coupled to the input gate.",
        "f = 1 - i",
        "f = torch.sigmoid(a_f)",
        Changes(steps=Steps(gates=_forget_is_not_in)),
    ),
    _lstm(
        "L8-cifg-i=1-f",
        "The input gate is coupled to the forget gate.",
        "i = 1 - f",
        "i = torch.sigmoid(a_i)",
        Changes(steps=Steps(gates=_in_is_not_forget)),
    ),
    _lstm(
        "L9-cell-not-carried",
        "The cell state is not carried from step to step; c_0 is used once.",
        "h, _ = cell(x_t, (h, torch.zeros_like(c)))",
        "h, c = cell(x_t, (h, c))",
        Changes(steps=Steps(advance=_cell_dropped)),
    ),
    _lstm(
        "L10-no-forget-gate",
        "The forget gate is missing.",
        "c = c + i * g",
        _C,
        _cell(lambda row: row.c_before + row.i * row.g),
    ),
    _lstm(
        "L11-forget-term-dropped",
        "The term with the old cell state is missing.",
        "c = i * g",
        _C,
        _cell(lambda row: row.i * row.g),
    ),
    _lstm(
        "L12-h-from-old-cell",
        "h is made of the cell state before the update.",
        "h = o * torch.tanh(c); c = f * c + i * g",
        "c = f * c + i * g; h = o * torch.tanh(c)",
        _hidden(lambda row: row.o * row.act(row.c_before)),
    ),
    _lstm(
        "L13-no-output-gate",
        "The output gate is missing.",
        "h = torch.tanh(c)",
        _H,
        _hidden(lambda row: row.act(row.c)),
    ),
    _lstm(
        "L14-no-input-gate",
        "The input gate is missing.",
        "c = f * c + g",
        _C,
        _cell(lambda row: row.f * row.c_before + row.g),
    ),
    _lstm(
        "L15-output-gate-tanh",
        "The output gate goes through tanh.",
        "o = torch.tanh(a_o)",
        "o = torch.sigmoid(a_o)",
        _at(3, "tanh"),
    ),
    _lstm(
        "L16-tanh-cell-carried",
        "The cell state is squashed by tanh before it is carried on.",
        "c = torch.tanh(f * c + i * g)",
        _C,
        _cell(lambda row: row.tanh(row.f * row.c_before + row.i * row.g)),
    ),
    _lstm(
        "L17-tanh-cell-kept",
        "tanh(c) is kept under the name of c, and carried on.",
        "c = torch.tanh(f * c + i * g); h = o * c",
        "c = f * c + i * g; h = o * torch.tanh(c)",
        Changes(
            steps=Steps(
                cell=lambda row: row.tanh(row.f * row.c_before + row.i * row.g),
                hidden=lambda row: row.o * row.c,
            )
        ),
    ),
)
