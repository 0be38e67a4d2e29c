"""The whole view holds what the page shows: the sample, the cell, the settings."""

from dataclasses import replace

import pytest

from rnnviz.exports.npz import load_trace, trace_npz
from rnnviz.figures import Look
from rnnviz.ui.cache import make_run
from rnnviz.ui.downloads import whole_view
from rnnviz.ui.settings import DEFAULTS, Settings

SETTINGS = Settings(**{name: DEFAULTS[name] for name in Settings.__dataclass_fields__})


def test_it_is_the_view_of_the_page():
    run = make_run(replace(SETTINGS, batch=3, seed=77), ("", b""))
    page = whole_view(run, look=Look(theme="dark"), sample=2, cell=(1, "reverse"))

    assert page.count("Plotly.newPlot(") == 9
    assert "sample 2" in page
    assert "sample 0" not in page
    for title in (
        "Unrolled",
        "layer 1, reverse",
        r"output \u00b7 RNNviz and torch.nn",
        "From x to h",
    ):
        assert title in page
    assert "weight_ih_l1_reverse" in page
    assert "seed = 77" in page
    assert "text = hello" in page
    assert "max |RNNviz - torch.nn|" in page
    assert "Plotly.addFrames" in page
    assert "Plotly.animate(" not in page


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "LSTM", "proj": 2},
        {"kind": "GRU", "batch": 3, "lengths": "5, 2, 4"},
        {"kind": "LSTM", "dropout": 0.5, "training": True},
    ],
    ids=["projected", "lengths", "dropout"],
)
def test_a_net_with_gates_can_be_taken_away(change):
    run = make_run(replace(SETTINGS, **change), ("", b""))
    look = Look(labels=run.labels(0))
    page = whole_view(run, look=look, sample=0, cell=(1, "reverse"))

    assert page.count("Plotly.newPlot(") == 9
    assert f"Unrolled {change['kind']}" in page
    assert load_trace(trace_npz(run.trace)).config == run.trace.config
