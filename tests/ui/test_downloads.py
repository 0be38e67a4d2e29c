"""The whole view holds what the page shows: the sample, the cell, the settings."""

from dataclasses import replace

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
