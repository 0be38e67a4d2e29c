"""What the pages are composed of: the badge, the step through time, and torch.nn beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

# Plotly looks for pandas in sys.modules, where a second session would find it half loaded.
import pandas
import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rnnviz.config import Direction
from rnnviz.figures import (
    Look,
    cell_comparison,
    comparison,
    hidden_heatmap,
    product_heatmaps,
    weight_heatmaps,
)
from rnnviz.inputs import read_edits
from rnnviz.records import CellTrace
from rnnviz.ui.cache import Run
from rnnviz.ui.downloads import downloads, picture_config
from rnnviz.ui.kept_charts import keep_chart
from rnnviz.ui.settings import SAMPLE_KEPT, Settings
from rnnviz.ui.to_export import export_link
from rnnviz.ui.window_row import window_row
from rnnviz.ui.words import difference_words, judge, net_words, scientific, verdict, warning_words

# States in all charts together that a browser draws in a second.
MAX_CHARTED_NUMBERS = 200_000


def title(words: str) -> DeltaGenerator:
    """The page's title, in a row that has room for what `heading` says of the run."""
    row = st.container(horizontal=True, vertical_alignment="center", gap="small")
    row.title(words, width="content")
    return row


def heading(run: Run, row: DeltaGenerator) -> None:
    """Whether the net matches torch.nn, and the net in one line, beside the title."""
    result, held = run.comparison, judge(run.trace)
    if result.equal:
        row.badge(verdict(result, held), icon=":material/check:", color="green")
    lines = row.container(width="content", gap=None)
    lines.caption(net_words(run.trace))
    # In this line, where there is room: a badge would move the page down.
    second = lines.container(horizontal=True, gap="xsmall", vertical_alignment="center")
    second.caption(difference_words(result, held), width="content")
    second.markdown(_edit_words(run.settings), width="content")
    if run.whole.seq_len > run.trace.seq_len:
        window_row(run)
    if not result.equal:
        st.warning(warning_words(result), icon=":material/warning:")


def _edit_words(settings: Settings) -> str:
    """How many numbers are changed; no caption, in which a colour is too pale to be read."""
    if not settings.edits:
        return "&nbsp;"  # As high as the words, lest the page moves when they come.
    return f":small[:orange[:material/edit: {len(read_edits(settings.edits))} changed by hand]]"


def look(run: Run, sample: int) -> Look:
    """How the figures look: the visitor's theme and colour range, and the sample's tokens."""
    fit = st.session_state["range"] == "this run"
    return Look(theme=theme(), fit=fit, labels=run.labels(sample))


def theme() -> Literal["light", "dark"]:
    """The theme the visitor's browser shows."""
    return "dark" if st.context.theme.type == "dark" else "light"


def sample_of(run: Run) -> int:
    """Which sample of the batch is drawn, the same on every page."""
    most, shown = run.trace.batch - 1, 0
    if most:
        # Set anew even where it is the same: a control that is new on its page begins at its least.
        st.session_state["sample"] = min(st.session_state["sample"], most)
        shown = st.slider("Sample shown", 0, most, key="sample", bind="query-params")
    # The control belongs to its page, whose end is its own.
    st.session_state[SAMPLE_KEPT] = st.session_state["sample"]
    return shown


@st.fragment
def still_view(run: Run, sample: int) -> None:
    """The charts over the whole sequence, and what can be taken away of the run."""
    choice = look(run, sample)
    charted = _draws_charts(run)
    if charted:
        _lane_charts(run, choice, sample)
    st.subheader("One cell in detail")
    layer, direction = choose_cell(run)
    if charted:
        place = {"layer": layer, "direction": direction, "look": choice}
        chart(built(run, product_heatmaps, sample=sample, **place), "products")
        chart(built(run, weight_heatmaps, **place), "weights")
    _numbers(run.trace.cell(layer, direction), sample)
    downloads(run, look=choice, sample=sample, cell=(layer, direction))


def _draws_charts(run: Run) -> bool:
    """Whether the charts below the player are drawn: those of a large net when asked for."""
    cells = run.trace.cells
    numbers = sum(cell.h[:, 0].size for cell in cells)
    if cells[0].gates is not None:
        # Of the cell in detail: three sums, and the gates.
        numbers += 4 * cells[0].gates[:, 0].size
    if numbers <= MAX_CHARTED_NUMBERS:
        return True
    why = "They take several seconds and much of the browser's memory; the player does without."
    return st.toggle(f"Draw the charts of all {numbers:,} states", key="charts", help=why)


def _lane_charts(run: Run, choice: Look, sample: int) -> None:
    """The states of every cell, and torch.nn beside RNNviz."""
    config, options = run.trace.config, {"sample": sample, "look": choice}
    # All are built before the first is sent: meanwhile the browser has time for the player alone.
    beside = built(run, comparison, judged=True, **options)
    figures = {
        (layer, way): built(run, hidden_heatmap, layer=layer, direction=way, **options)
        for layer, way in config.lanes
    }
    st.subheader("Hidden states h")
    for layer in reversed(range(config.num_layers)):
        columns = st.columns(config.num_directions)
        for column, direction in zip(columns, config.directions, strict=True):
            with column:
                chart(figures[layer, direction], f"hidden_{layer}_{direction}")
    st.subheader("Beside torch.nn")
    chart(beside, "comparison")


@st.fragment
def compare_view(run: Run) -> None:
    """torch.nn beside RNNviz: the whole output, then each cell by itself."""
    result = run.comparison
    sample = sample_of(run)
    metrics = {
        "output: max |difference|": result.output_difference,
        "h_n: max |difference|": result.h_n_difference,
        "c_n: max |difference|": result.c_n_difference,
        "counts as equal up to": result.output_limit,
    }
    shown = {label: value for label, value in metrics.items() if value is not None}
    for column, (label, value) in zip(st.columns(len(shown)), shown.items(), strict=True):
        column.metric(label, scientific(value, 3))
    st.caption(result.reason)
    choice = look(run, sample)
    chart(built(run, comparison, judged=True, sample=sample, look=choice), "comparison")
    st.subheader("Cell by cell")
    st.write(
        "Each cell is run again by torch on the input that RNNviz recorded for it, so that an "
        "error shows where it arises and not in the layers above."
    )
    layer, direction = choose_cell(run)
    place = {"layer": layer, "direction": direction, "sample": sample}
    figure = built(run, cell_comparison, judged=True, look=choice, **place)
    chart(figure, "cell_comparison")


def choose_cell(run: Run) -> tuple[int, Direction]:
    """Which layer and direction is shown in detail."""
    names = {f"layer {layer}, {way}": (layer, way) for layer, way in run.trace.config.lanes}
    if st.session_state["cell"] not in names:
        st.session_state["cell"] = next(iter(names))
    return names[st.selectbox("Cell", list(names), key="cell", bind="query-params")]


def built(
    run: Run, draw: Callable[..., go.Figure], *, judged: bool = False, **options: Any
) -> go.Figure:
    """A figure of a run, of its comparison too if `judged`; the same one at every rerun."""
    return _figure(draw.__name__, run.settings, options, draw, run, judged)


# plotly takes 20 to 60 ms to build one, and most reruns show the same ones again. Shared between
# sessions: Streamlit only reads it.
@st.cache_resource(max_entries=32, show_spinner=False)
def _figure(
    name: str,  # noqa: ARG001
    settings: Settings,  # noqa: ARG001
    options: dict[str, Any],
    _draw: Callable[..., go.Figure],
    _run: Run,
    _judged: bool,
) -> go.Figure:
    records = (_run.trace, _run.comparison) if _judged else (_run.trace,)
    return _draw(*records, **options)


def chart(
    figure: go.Figure, key: str, *, kept_of: Settings | None = None, kept_as: str = ""
) -> None:
    """One figure with its text alternative, its picture button and the way to all formats.

    Args:
        figure: the chart.
        key: its name on the page, and among `ui.charts.chart_names` where it is of the run.
        kept_of: the settings of the run where that alone does not give it; it is kept then.
        kept_as: what it is kept as, if not by its name on the page.
    """
    exported = kept_as or key
    if kept_of is not None:
        keep_chart(figure, exported, kept_of)
    with st.container(gap=None):
        st.plotly_chart(
            figure,
            theme=None,
            key=f"chart_{key}",
            config=picture_config(key),
            alt=figure.layout.meta["alt"],
        )
        export_link(exported)


def _numbers(cell: CellTrace, sample: int) -> None:
    """The states of one cell as tables, with all their digits, up to the sample's length."""
    stop = cell.seq_len if cell.lengths is None else cell.lengths[sample]
    with st.expander("Its states as numbers", icon=":material/table:"):
        for name, states in (("h", cell.h), ("c", cell.c)):
            if states is None:
                continue
            if cell.c is not None:
                st.caption({"h": "hidden state h", "c": "cell state c"}[name])
            rows = states[:stop, sample]  # (length, units)
            columns = {f"t = {t}": [digits(value) for value in rows[t]] for t in range(stop)}
            st.dataframe(pandas.DataFrame(columns).rename_axis("unit"))


def digits(value: float) -> str:
    """As many digits as tell a number from its neighbours."""
    return np.format_float_positional(value, unique=True, trim="0")
