"""What can be taken away: pictures, a script, one HTML file, the record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rnnviz.config import Direction
from rnnviz.exports.beside import needs_files
from rnnviz.exports.html import view_html
from rnnviz.exports.npz import trace_npz
from rnnviz.exports.script import torch_script
from rnnviz.figures import (
    Look,
    animated_states,
    comparison,
    hidden_heatmap,
    product_heatmaps,
    unrolled_diagram,
    weight_heatmaps,
)
from rnnviz.files.save import weights_pt, weights_safetensors
from rnnviz.files.script_zip import script_zip
from rnnviz.ui.cache import Run
from rnnviz.ui.widgets import choice, menu
from rnnviz.ui.words import difference_words, judge, made_by, net_words, sentence, settings_words

# CSS pixels per millimetre: 96 to the inch.
_PIXELS = 96 / 25.4

# Widths of pictures in mm; None is the size on the screen.
_WIDTHS: dict[str, int | None] = {
    "as on screen": None,
    "89 mm": 89,
    "183 mm": 183,
    "slide": 320,
}


def picture_options() -> None:
    """The choices that hold for the pictures on every page."""
    choice(
        "Colour range",
        "range",
        ("full", "this run"),
        "full: the stated range of each quantity, the same for every net. this run: up to the "
        "largest value of this run, so that pale pictures gain colour.",
    )
    choice(
        "Picture format",
        "picture",
        ("SVG", "PNG"),
        "What the camera above each chart saves. SVG keeps text as text; PNG has 300 dpi at the "
        "stated width.",
    )
    menu("Picture width", "width", tuple(_WIDTHS))


def picture_config(name: str) -> dict[str, Any]:
    """plotly's settings of a chart's toolbar, with the format and width chosen on the page."""
    kind = st.session_state["picture"].lower()
    width = _WIDTHS[st.session_state["width"]]
    options: dict[str, Any] = {"format": kind, "filename": f"rnnviz-{name}"}
    if width is not None:
        options["width"] = round(width * _PIXELS)
    # 300 dpi are 300 / 96 picture pixels to a CSS pixel.
    options["scale"] = 1 if kind == "svg" else 300 / 96
    return {"displaylogo": False, "toImageButtonOptions": options}


def downloads(run: Run, **shown: Any) -> None:
    """The view as files, and the net as a script to copy; `shown` goes to `whole_view`."""
    st.header("Take it with you")
    left, right = st.columns(2)
    file_button(
        left,
        "Whole view (.html)",
        lambda: whole_view(run, **shown),
        "rnnviz-view.html",
        "One file that opens offline and plays; from 5 MB, for the largest nets 25 MB.",
    )
    file_button(
        right,
        "Trace (.npz)",
        lambda: trace_npz(run.trace),
        "rnnviz-trace.npz",
        "Every number, under torch's names, with a README inside.",
    )
    left, right = st.columns(2)
    file_button(
        left,
        "Weights (.pt)",
        lambda: weights_pt(run.trace),
        "rnnviz-weights.pt",
        "A state_dict: module.load_state_dict(torch.load(path, weights_only=True)).",
    )
    file_button(
        right,
        "Weights (.safetensors)",
        lambda: weights_safetensors(run.trace),
        "rnnviz-weights.safetensors",
        "The same numbers in a format without code: safetensors.torch.load_file(path).",
    )
    with st.expander("This net in plain torch", icon=":material/code:"):
        _script(run)


def file_button(
    place: DeltaGenerator, label: str, make: Callable[[], str | bytes], name: str, help: str
) -> None:
    """A file that is made when it is asked for."""
    html = name.endswith(".html")
    place.download_button(
        label,
        make,
        name,
        "text/html" if html else "application/octet-stream",
        icon=":material/download:",
        help=help,
        on_click="ignore",
        width="stretch",
    )


def _script(run: Run) -> None:
    """The net as a script to copy, or why there is none."""
    drawn = run.settings.weights == "default" and not run.settings.edits
    seed = run.settings.seed if drawn else None
    try:
        script = torch_script(run.trace, seed=seed)
    except ValueError as error:
        st.caption(sentence(error))
        return
    if needs_files(run.trace, seed=seed):
        file_button(
            st.container(),
            "Script and its numbers (.zip)",
            lambda: script_zip(run.trace),
            "rnnviz-net.zip",
            "net.py with weights.pt, read with weights_only=True, and input.npz beside it. "
            "Unpacked, python net.py runs the net and asserts that the output is this one.",
        )
    st.code(script, language="python")


def whole_view(run: Run, *, look: Look, sample: int, cell: tuple[int, Direction]) -> str:
    """The page's charts as one HTML file, with the animation and the settings."""
    trace = run.trace
    options = {"sample": sample, "look": look}
    figures = [
        unrolled_diagram(trace, **options),
        animated_states(trace, sample=sample, look=look),
    ]
    figures += [
        hidden_heatmap(trace, layer, direction, **options)
        for layer in reversed(range(trace.config.num_layers))
        for direction in trace.config.directions
    ]
    figures.append(comparison(trace, run.comparison, **options))
    figures.append(product_heatmaps(trace, *cell, **options))
    figures.append(weight_heatmaps(trace, *cell, look=look))
    lines = [
        net_words(trace),
        difference_words(run.comparison, judge(trace)),
        settings_words(run.settings),
    ]
    return view_html("RNNviz", [*lines, made_by()], figures, theme=look.theme)
