"""Torch's indexing."""

import pytest

from rnnviz.figures.names import feature_offset, output_name, state_name
from tests.figures.conftest import typed_trace


@pytest.mark.parametrize(
    ("layout", "output", "state"),
    [
        ("time-first", "output[4, 1, 5]", "h_n[3, 1, 2]"),
        ("batch-first", "output[1, 4, 5]", "h_n[3, 1, 2]"),
        ("unbatched", "output[4, 5]", "h_n[3, 2]"),
    ],
)
def test_names_index_what_torch_returns(layout, output, state):
    """The names are evaluated: they must find the number that the cell recorded."""
    batch = 1 if layout == "unbatched" else 2
    trace = typed_trace(layout=layout, batch=batch)
    cell = trace.cell(1, "reverse")
    feature = feature_offset(trace, 1, "reverse") + 2

    assert output_name(trace, 4, 1, feature) == output
    assert state_name(trace, "h_n", cell, 1, 2) == state
    names = {"output": trace.output, "h_n": trace.h_n}
    sample = batch - 1
    assert eval(output_name(trace, 4, sample, feature), names) == cell.h[4, sample, 2]
    assert eval(state_name(trace, "h_n", cell, sample, 2), names) == cell.h[0, sample, 2]
