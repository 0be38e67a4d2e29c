"""The pages without a browser: AppTest runs the main script as a server would."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

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
