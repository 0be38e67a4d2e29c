"""The blocks of an LSTM's or GRU's weights, read in another order than torch's."""

from __future__ import annotations

from itertools import permutations

import torch

from rnnviz.config import GATE_NAMES, Kind
from rnnviz.diagnosis.mistake import Mistake
from rnnviz.engine.varied import Case, Changes

# Who stacks the blocks like this.
# Sources: https://onnx.ai/onnx/operators/onnx__LSTM.html (i o f c),
# https://onnx.ai/onnx/operators/onnx__GRU.html (z r h), https://keras.io/api/layers/recurrent_layers/
_USED_BY = {
    "iofg": "as ONNX stacks them",
    "igfo": "as TensorFlow 1 stacks them",
    "zrn": "as ONNX and Keras stack them",
}

_BLOCKS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def _read_as(order: str, names: tuple[str, ...]) -> Changes:
    """The row blocks are read in another order: the k-th as the gate `order[k]`."""
    blocks = [order.index(name) for name in names]

    def case(case: Case) -> Case:
        size, cells = case.config.hidden_size, []
        for cell in case.weights:
            changed = dict(cell)
            for name in _BLOCKS:
                if name in cell:
                    parts = cell[name].split(size)
                    changed[name] = torch.cat([parts[k] for k in blocks])
            cells.append(changed)
        return case._replace(weights=tuple(cells))

    return Changes(case=case)


def orders(kind: Kind, id: str) -> tuple[Mistake, ...]:
    """All orders of the blocks but torch's."""
    names = GATE_NAMES[kind]
    right = ", ".join(names)
    found = []
    for letters in permutations(names):
        order = "".join(letters)
        if letters == names:
            continue
        who = f", {_USED_BY[order]}" if order in _USED_BY else ""
        found.append(
            Mistake(
                id=f"{id}-order-{order}",
                group=kind,
                kinds=(kind,),
                sentence=f"The blocks of the weights are taken for {' '.join(letters)}{who}; "
                f"torch stacks {' '.join(names)}.",
                wrong=f"{', '.join(letters)} = a.chunk({len(names)}, dim=-1)",
                right=f"{right} = a.chunk({len(names)}, dim=-1)",
                changes=_read_as(order, names),
            )
        )
    return tuple(found)
