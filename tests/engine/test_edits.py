"""Edits in the tensors that they belong to."""

import pytest
import torch

from rnnviz.engine.edits import apply_edits
from rnnviz.inputs.edits import Edit


def tensors():
    stack = (torch.zeros(2, 3), None, torch.zeros(2, 5))
    return {"x": torch.zeros(4, 2, 3), "bias_ih_l0": torch.zeros(6), "c_0": stack}


def test_each_number_is_put_in_its_place():
    found = tensors()
    places = [
        Edit("x", (3, 1, 2), 0.1),
        Edit("bias_ih_l0", (5,), -2.0),
        Edit("c_0", (2, 1, 4), 7.0),
    ]
    apply_edits(found, places)

    assert found["x"][3, 1, 2] == torch.tensor(0.1)
    assert found["bias_ih_l0"][5] == -2
    assert found["c_0"][2][1, 4] == 7
    assert sum(int(part.count_nonzero()) for part in (found["x"], found["bias_ih_l0"])) == 2


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (
            Edit("y", (0,), 1.0),
            r"edit y\[0\]=1 has no place here: there are x, bias_ih_l0, c_0",
        ),
        (Edit("x", (0, 0), 1.0), r"x has the shape \(4, 2, 3\), counted from 0"),
        (Edit("x", (4, 0, 0), 1.0), r"x\[4,0,0\]=1: x has the shape"),
        (Edit("bias_ih_l0", (0, 0), 1.0), r"bias_ih_l0 has the shape \(6,\)"),
        (Edit("c_0", (1, 0, 0), 1.0), r"the first index must be one of \[0, 2\]"),
        (Edit("c_0", (3, 0, 0), 1.0), r"the first index must be one of \[0, 2\]"),
        (Edit("c_0", (2, 0, 5), 1.0), r"c_0 has the shape \(2, 5\)"),
        (Edit("x", (0, 0, 0), 1e39), r"x\[0,0,0\]=1e\+39: float32 has numbers from -3.4e\+38 to"),
    ],
    ids=lambda value: str(value) if isinstance(value, Edit) else "",
)
def test_wrong_place_is_refused_before_anything_is_changed(edit, words):
    found = tensors()
    with pytest.raises(ValueError, match=words):
        apply_edits(found, [Edit("x", (0, 0, 0), 1.0), edit])

    assert not found["x"].any()


def test_parameters_that_require_grad_are_changed_too():
    module = torch.nn.GRU(2, 3)
    apply_edits(dict(module.named_parameters()), [Edit("weight_hh_l0", (8, 2), 0.25)])
    assert module.weight_hh_l0[8, 2].item() == 0.25
    assert module.weight_hh_l0.requires_grad
