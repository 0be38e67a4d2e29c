"""Mistakes about activations: another function, a forgotten one, one in the wrong place."""

from __future__ import annotations

from rnnviz.diagnosis.mistake import GATED, Mistake
from rnnviz.engine.activations import Given
from rnnviz.engine.steps import Steps
from rnnviz.engine.varied import Case, Changes


def _instead(**by_name: Given) -> Changes:
    """Each activation replaced by the one given for it, wherever it stands."""

    def case(case: Case) -> Case:
        cells = tuple(
            tuple(by_name.get(name, name) for name in names) for names in case.activations
        )
        return case._replace(activations=cells)

    return Changes(case=case)


def _candidate_relu(case: Case) -> Case:
    # The places are i, f, g, o, c of an LSTM and r, z, n of a GRU.
    places = (2, 4) if case.config.kind == "LSTM" else (2,)
    cells = tuple(
        tuple("relu" if k in places else name for k, name in enumerate(names))
        for names in case.activations
    )
    return case._replace(activations=cells)


def _tanh(case: Case) -> bool:
    """The activation tanh."""
    return "tanh" in case.activations[0]


def _relu(case: Case) -> bool:
    """The activation relu."""
    return "relu" in case.activations[0]


_OF_TANH = "h = torch.tanh(x_t @ W_ih.T + b_ih + h @ W_hh.T + b_hh)"
# What the net's nonlinearity says: tanh or relu.
_RIGHT = "h = act(x_t @ W_ih.T + b_ih + h @ W_hh.T + b_hh)"
_GATE = "i = torch.sigmoid(a_i)  # and so for every gate"


def _of_rnn(id: str, sentence: str, wrong: str, changes: Changes, **more: object) -> Mistake:
    options = {"right": _RIGHT} | more
    return Mistake(
        id=id,
        group="Activations",
        kinds=("RNN",),
        sentence=sentence,
        wrong=wrong,
        changes=changes,
        **options,
    )


def _of_gates(id: str, sentence: str, wrong: str, changes: Changes) -> Mistake:
    return Mistake(
        id=id,
        group="Activations",
        kinds=GATED,
        sentence=sentence,
        wrong=wrong,
        right=_GATE,
        changes=changes,
    )


ACTIVATIONS = (
    _of_rnn(
        "A1-relu-for-tanh",
        "relu stands where tanh belongs.",
        "h = torch.relu(x_t @ W_ih.T + b_ih + h @ W_hh.T + b_hh)",
        _instead(tanh="relu"),
        needs=(_tanh,),
        right=_OF_TANH,
    ),
    _of_rnn(
        "A2-tanh-for-relu",
        "tanh is used although the net was built with nonlinearity='relu'.",
        _OF_TANH,
        _instead(relu="tanh"),
        needs=(_relu,),
        right="h = torch.relu(x_t @ W_ih.T + b_ih + h @ W_hh.T + b_hh)",
    ),
    _of_rnn(
        "A3-sigmoid",
        "sigmoid stands where the net's own activation belongs.",
        "h = torch.sigmoid(x_t @ W_ih.T + b_ih + h @ W_hh.T + b_hh)",
        _instead(tanh="sigmoid", relu="sigmoid"),
    ),
    _of_rnn(
        "A4-no-activation",
        "The activation is forgotten.",
        "h = x_t @ W_ih.T + b_ih + h @ W_hh.T + b_hh",
        _instead(tanh="identity", relu="identity"),
    ),
    _of_rnn(
        "A5-separate-activations",
        "The activation is applied to each product, not to their sum.",
        "h = act(x_t @ W_ih.T + b_ih) + act(h @ W_hh.T + b_hh)",
        Changes(steps=Steps(hidden=lambda row: row.act(row.x_part) + row.act(row.h_part))),
    ),
    _of_rnn(
        "A6-activation-on-x-only",
        "The activation is applied to the product with the input alone.",
        "h = act(x_t @ W_ih.T + b_ih) + h @ W_hh.T + b_hh",
        Changes(steps=Steps(hidden=lambda row: row.act(row.x_part) + row.h_part)),
    ),
    _of_rnn(
        "A7-product",
        "The two products are multiplied with each other, not added.",
        "h = act((x_t @ W_ih.T + b_ih) * (h @ W_hh.T + b_hh))",
        Changes(steps=Steps(hidden=lambda row: row.act(row.x_part * row.h_part))),
    ),
    _of_rnn(
        "A8-minus",
        "The product with the state is subtracted.",
        "h = act(x_t @ W_ih.T + b_ih - (h @ W_hh.T + b_hh))",
        Changes(steps=Steps(hidden=lambda row: row.act(row.x_part - row.h_part))),
    ),
    _of_rnn(
        "A9-input-ignored",
        "The input is not used at all.",
        "h = act(b_ih + h @ W_hh.T + b_hh)",
        Changes(
            case=lambda case: case._replace(
                weights=tuple(
                    cell | {"weight_ih": cell["weight_ih"] * 0.0} for cell in case.weights
                )
            )
        ),
    ),
    _of_gates(
        "A10-hard-sigmoid-0.2",
        "The gates use the hard sigmoid of older Keras, a line of slope 0.2.",
        "i = torch.clamp(0.2 * a_i + 0.5, 0, 1)",
        _instead(sigmoid="hardsigmoid_0.2"),
    ),
    _of_gates(
        "A11-hard-sigmoid-1/6",
        "The gates use torch's hardsigmoid, a line of slope 1/6.",
        "i = F.hardsigmoid(a_i)",
        _instead(sigmoid="hardsigmoid"),
    ),
    _of_gates(
        "A12-gates-tanh",
        "The gates go through tanh.",
        "i = torch.tanh(a_i)",
        _instead(sigmoid="tanh"),
    ),
    Mistake(
        id="A13-candidate-relu",
        group="Activations",
        kinds=GATED,
        sentence="The candidate, and an LSTM's cell state on its way out, go through relu.",
        wrong="g = torch.relu(a_g); h = o * torch.relu(c)",
        right="g = torch.tanh(a_g); h = o * torch.tanh(c)",
        changes=Changes(case=_candidate_relu),
    ),
    Mistake(
        id="A14-hard-tanh",
        group="Activations",
        sentence="tanh is replaced by straight lines that end at -1 and 1.",
        wrong="h = F.hardtanh(a)",
        right="h = torch.tanh(a)",
        changes=_instead(tanh="hardtanh"),
        needs=(_tanh,),
    ),
)
