"""The pages without a browser: AppTest runs the main script as a server would."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from streamlit.testing.v1 import AppTest

import rnnviz
from rnnviz.ui import cache, views

MAIN = str(Path(__file__).parents[2] / "rnnviz/ui/main.py")


class Visit:
    """One session; `figures()` reads the charts of its page."""

    def __init__(self, **settings):
        self.at = AppTest.from_file(MAIN, default_timeout=60)
        for name, value in settings.items():
            self.at.query_params[name] = str(value)
        self.at.run()

    def figures(self):
        charts = self.at.get("plotly_chart")
        return [json.loads(chart.proto.spec) for chart in charts]

    def titles(self):
        return [figure["layout"]["title"]["text"] for figure in self.figures()]

    def component(self, name):
        """The messages of a component, one for each of it on the page."""
        found = [component.proto for component in self.at.get("bidi_component")]
        return [proto for proto in found if proto.component_name == name]

    def player(self):
        """What the player is told: its one message, read."""
        (proto,) = self.component("rnnviz_player")
        return json.loads(proto.json)

    def packed(self):
        """The runs that are sent to the player, as bytes: the right one, then the wrong one."""
        return [proto.bytes for proto in self.component("rnnviz_carrier")]

    def captions(self):
        return " ".join(caption.value for caption in self.at.caption)


@pytest.fixture
def visit():
    return Visit


def traced(kind, packed=False, **sizes):
    """An LSTM or GRU of two layers and both directions on three samples, as the app keeps it."""
    options = {"num_layers": 2, "bidirectional": True, **sizes}
    net = rnnviz.build(rnnviz.RNNConfig(input_size=3, hidden_size=4, kind=kind, **options), 7)
    x = torch.randn(6, 3, 3, generator=torch.Generator().manual_seed(1)) * 3
    if packed:
        x = torch.nn.utils.rnn.pack_padded_sequence(x, [2, 6, 4], enforce_sorted=False)
    record = rnnviz.trace(net, x)
    return record.numpy(), rnnviz.compare(record, net).numpy()


@pytest.fixture
def run_of(monkeypatch):
    """Makes the app run another net than the sidebar offers."""

    def forget():
        cache._run.clear()
        views._figure.clear()

    def put(record, result):
        made = cache.make_run
        forget()
        monkeypatch.setattr(
            cache,
            "make_run",
            lambda *args: replace(made(*args), trace=record, comparison=result),
        )

    yield put
    forget()
