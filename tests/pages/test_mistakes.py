"""The page that finds the mistake in a visitor's numbers."""

import pytest
import torch
from streamlit.testing.v1 import AppTest

from rnnviz.ui.cache import call_of, make_run
from rnnviz.ui.settings import DEFAULTS, Settings
from tests.diagnosis.planted import planted


def run_of(**settings):
    """The run that the page has under these settings."""
    known = {name: DEFAULTS[name] for name in Settings.__dataclass_fields__}
    return make_run(Settings(**known | settings), ("", b""))


def call(**settings):
    """Its (module, input, hx)."""
    return call_of(run_of(**settings))


def printed(results):
    return "\n".join(
        f"{name} = {result.detach()}"
        for name, result in zip(("output", "h_n", "c_n"), results, strict=False)
    )


class Page:
    """The page `Why doesn't mine match?`, run alone."""

    def __init__(self, **settings):
        def script():
            import streamlit as st

            from rnnviz.ui.cache import current_run
            from rnnviz.ui.diagnosis_view import diagnosis_view
            from rnnviz.ui.settings import start_settings

            start_settings()
            for name, value in st.session_state.get("wanted", {}).items():
                st.session_state[name] = value
            for name in ("picture", "width", "range"):
                st.session_state.setdefault(
                    name, {"picture": "SVG", "width": "89 mm", "range": "full"}[name]
                )
            diagnosis_view(current_run())

        self.at = AppTest.from_function(script, default_timeout=90)
        self.at.session_state["wanted"] = settings
        self.at.run()
        assert not self.at.exception

    def paste(self, text):
        self.at.text_area[0].set_value(text).run()
        assert not self.at.exception
        return self.words()

    def words(self):
        kinds = ("success", "error", "warning", "info", "markdown", "caption")
        shown = [item.value for kind in kinds for item in getattr(self.at, kind)]
        return "\n".join(shown).replace("\\", "")


@pytest.mark.parametrize(
    ("id", "settings"),
    [
        ("D13-time-first-loop", {}),
        ("H6-h0-slice-i", {"layers": 3}),
        ("L1-order-iofg", {"kind": "LSTM"}),
        ("G3-update-swapped", {"kind": "GRU"}),
    ],
)
def test_planted_mistake_is_named_with_its_line(id, settings):
    page = Page(**settings)
    words = page.paste(printed(planted(id, *call(**settings))))

    assert "One mistake makes exactly these numbers" in words.replace("*", "")
    assert id in words
    code = page.at.code[-1].value
    assert code.startswith("- ") and "\n+ " in code
    assert "First wrong number: layer" in words
    assert len(page.at.get("plotly_chart")) >= 3


def test_right_numbers_and_unknown_ones():
    page = Page()
    output, h_n = (part.detach() for part in call()[0](*call()[1:]))
    assert "Your numbers are torch.nn's" in page.paste(printed((output, h_n)))
    words = page.paste(printed((torch.rand_like(output), torch.rand_like(h_n))))
    assert "No known mistake" in words
    assert "runs with known mistakes were tried" in words


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("output = tensor([[1, 2], [3]])", "line 1"),
        ("hello", "expected"),
        ("tensor([[0.5, nan]])", "No known mistake"),
        ("[[[1.0, 2.0]]]", "output is (1, 1, 2), torch's is (5, 1, 8)"),
    ],
)
def test_garbage_and_other_shapes_are_told_in_words(text, told):
    assert told in Page().paste(text)


def test_zeros_as_states_are_said_and_changed_by_a_press():
    page = Page(h0="zeros")
    assert "mistakes about them cannot show" in page.words()
    (button,) = [one for one in page.at.button if one.label == "Use a random h_0"]
    page.at.session_state["wanted"] = {}
    button.click().run()
    assert page.at.session_state["h0"] == "random"
    assert "cannot show" not in page.words()


def test_stack_of_cells_is_said_to_have_no_catalogue():
    words = Page(kind="stack", stack="RNN 3, LSTM 2").words()
    assert "known of torch's own nets" in words
