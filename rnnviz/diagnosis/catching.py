"""The smallest test that would have caught a mistake, as code."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from rnnviz.config import Kind, RNNConfig
from rnnviz.diagnosis.case import case_of
from rnnviz.diagnosis.hiding import cost
from rnnviz.diagnosis.mistake import Mistake
from rnnviz.engine.weights import build, random_states

_STEPS, _BATCH, _UNITS = 4, 3, 5
_LENGTHS = [2, 4, 3]

# What a test's numbers must show.
_CLEAR = 1e-3


def catching_test(mistake: Mistake, kind: Kind) -> str:
    """A test of one's own net that fails with this mistake and passes without it, for pytest.

    The net is the smallest that shows it: fewest layers and options.
    """
    if mistake.changes is None or mistake.code in _OTHERS:
        return _OTHERS.get(mistake.code, "# No test of torch.nn's nets can show it.\n")
    for options in _nets(kind):
        given, packed = options.pop("given"), options.pop("packed")
        config = RNNConfig(kind=kind, hidden_size=_UNITS, **options)
        if _shows(mistake, config, given=given, packed=packed):
            return _written(config, given=given, packed=packed)
    return "# It shows in no small net.\n"


def _nets(kind: Kind) -> Iterator[dict]:
    """Options of nets, the plainest first."""
    relu = ("tanh", "relu") if kind == "RNN" else ("tanh",)
    choices = product((False, True), relu, (1, 2, 3), (False, True), (False, True), (False, True))
    for packed, nonlinearity, layers, both, first, given in choices:
        for size in (3, _UNITS, 2 * _UNITS):
            yield {
                "input_size": size,
                "num_layers": layers,
                "bidirectional": both,
                "batch_first": first,
                "nonlinearity": nonlinearity,
                "given": given,
                "packed": packed,
            }


def _shows(mistake: Mistake, config: RNNConfig, *, given: bool, packed: bool) -> bool:
    net = build(config, 0)
    x = torch.randn(
        (_BATCH, _STEPS, config.input_size)
        if config.batch_first
        else (_STEPS, _BATCH, config.input_size),
        generator=torch.Generator().manual_seed(0),
    )
    input: Tensor | PackedSequence = x
    if packed:
        input = pack_padded_sequence(x, _LENGTHS, config.batch_first, enforce_sorted=False)
    hx = random_states(config, _BATCH, 0) if given else None
    case = case_of(net, input, hx)
    return mistake.applies(case) and max(cost(case, mistake).values()) > _CLEAR


def _written(config: RNNConfig, *, given: bool, packed: bool) -> str:
    options = [str(config.input_size), str(config.hidden_size)]
    options += [f"num_layers={config.num_layers}"] if config.num_layers > 1 else []
    options += ['nonlinearity="relu"'] if config.nonlinearity == "relu" else []
    options += ["batch_first=True"] if config.batch_first else []
    options += ["bidirectional=True"] if config.bidirectional else []
    rows = config.num_layers * config.num_directions
    sizes = (_BATCH, _STEPS) if config.batch_first else (_STEPS, _BATCH)
    x = ", ".join(map(str, (*sizes, config.input_size)))
    state = f"torch.randn({rows}, {_BATCH}, {config.hidden_size})"
    states = f"({state}, {state})" if config.has_c else state
    lines = [
        "def test_mine_gives_what_torch_gives():",
        "    torch.manual_seed(0)",
        f"    rnn = nn.{config.kind}({', '.join(options)})",
        f"    x, hx = torch.randn({x}), {states if given else None}",
        *_calls(config, packed=packed),
        "    torch.testing.assert_close(output, wanted)",
        "    torch.testing.assert_close(h_n, wanted_h)",
    ]
    lines += ["    torch.testing.assert_close(c_n, wanted_c)"] * config.has_c
    return "\n".join(lines) + "\n"


def _calls(config: RNNConfig, *, packed: bool) -> list[str]:
    """The lines that call torch's net and one's own."""
    finals = "(h_n, c_n)" if config.has_c else "h_n"
    wanted = "(wanted_h, wanted_c)" if config.has_c else "wanted_h"
    if not packed:
        return [
            f"    wanted, {wanted} = rnn(x, hx)",
            f"    output, {finals} = mine(rnn.state_dict(), x, hx)",
        ]
    first = ", batch_first=True" if config.batch_first else ""
    return [
        f"    lengths = {_LENGTHS}  # not sorted",
        f"    packed = pack_padded_sequence(x, lengths{first}, enforce_sorted=False)",
        f"    wanted, {wanted} = rnn(packed, hx)",
        f"    wanted, _ = pad_packed_sequence(wanted{first})",
        f"    output, {finals} = mine(rnn.state_dict(), x, hx, lengths)",
    ]


_DROPOUT = """def test_dropout_is_where_torch_has_it():
    rnn = nn.RNN(3, 5, num_layers=2, dropout=1.0).train()  # layer 1 reads zeros
    x = torch.randn(4, 3, 3)
    output, h_n = mine(rnn.state_dict(), x, None, dropout=1.0, training=True)
    wanted, wanted_h = rnn(x)
    torch.testing.assert_close(output, wanted)
    torch.testing.assert_close(h_n, wanted_h)
"""

# Mistakes that show elsewhere than in the results of one call in eval mode.
_OTHERS = {
    "P1": _DROPOUT,
    "P2": _DROPOUT,
    "P3": _DROPOUT,
    "P4": """def test_eval_drops_nothing():
    rnn = nn.RNN(3, 5, num_layers=2, dropout=0.5).eval()
    x = torch.randn(4, 3, 3)
    output, _ = mine(rnn.state_dict(), x, None, dropout=0.5, training=False)
    torch.testing.assert_close(output, rnn(x)[0])
""",
    "F1": """def test_float64_stays_float64():
    rnn = nn.RNN(3, 5, dtype=torch.float64)
    x = torch.randn(4, 3, 3, dtype=torch.float64)
    output, _ = mine(rnn.state_dict(), x, None)
    torch.testing.assert_close(output, rnn(x)[0], rtol=1e-12, atol=1e-12)
""",
    "R1": """def test_gradients_reach_the_first_step():
    rnn = nn.RNN(3, 5)
    x, h_0 = torch.randn(4, 3, 3), torch.randn(1, 3, 5, requires_grad=True)
    mine(rnn.state_dict(), x, h_0)[0][-1].sum().backward()
    got, h_0.grad = h_0.grad, None
    rnn(x, h_0)[0][-1].sum().backward()
    torch.testing.assert_close(got, h_0.grad)
""",
}
