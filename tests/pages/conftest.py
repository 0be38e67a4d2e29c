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

    def captions(self):
        return " ".join(caption.value for caption in self.at.caption)


@pytest.fixture
def visit():
    return Visit
