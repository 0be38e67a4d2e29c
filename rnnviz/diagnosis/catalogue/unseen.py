"""Mistakes about dropout, precision and gradients, most of which results alone cannot show."""

from __future__ import annotations

import torch

from rnnviz.diagnosis.mistake import described
from rnnviz.engine.varied import Case, Changes, Returned


def _in_float32(case: Case) -> Case:
    def single(tensor: torch.Tensor | None) -> torch.Tensor | None:
        return None if tensor is None else tensor.float()

    weights = tuple({name: value.float() for name, value in cell.items()} for cell in case.weights)
    states = {"h_0": single(case.h_0), "c_0": single(case.c_0)}
    return case._replace(weights=weights, x=case.x.float(), **states)


def _as_float64(returned: Returned, _case: Case) -> Returned:
    return Returned(*(None if one is None else one.double() for one in returned))


def _drops(case: Case) -> bool:
    """Dropout between layers, in training mode."""
    return case.drops


def _double(case: Case) -> bool:
    """float64."""
    return case.config.dtype == "float64"


_BETWEEN = "x = F.dropout(x, p, self.training)  # after every layer but the last"

UNSEEN = (
    described(
        "Dropout",
        "P1-dropout-after-last",
        "In training, the output of the last layer is dropped out too.",
        ("output = F.dropout(output, p, self.training)", _BETWEEN),
        None,
    ),
    described(
        "Dropout",
        "P2-dropout-none",
        "Dropout is ignored in training.",
        ("x = torch.cat([h_forward, h_reverse], dim=-1)", _BETWEEN),
        Changes(),
        _drops,
    ),
    described(
        "Dropout",
        "P3-dropout-before-first",
        "In training, the input of the net is dropped out too.",
        ("x = F.dropout(input, p, self.training)", _BETWEEN),
        None,
    ),
    described(
        "Dropout",
        "P4-dropout-in-eval",
        "Dropout is active in eval mode.",
        ("x = F.dropout(x, p)  # training=True is its default", _BETWEEN),
        None,
    ),
    described(
        "Precision and gradients",
        "F1-float32-inside",
        "A float64 input is computed in float32, as a buffer made without dtype does.",
        ("h = torch.zeros(batch, hidden_size)", "h = x.new_zeros(batch, hidden_size)"),
        Changes(case=_in_float32, laid_out=_as_float64),
        _double,
    ),
    described(
        "Precision and gradients",
        "R1-detach-each-step",
        "The graph is cut at every step: the results are right, the gradients are not.",
        ("h = cell(x_t, h.detach())", "h = cell(x_t, h)"),
        None,
    ),
)
