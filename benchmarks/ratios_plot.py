"""The picture of the ratios: each net's trace beside its aim and its peers."""

from __future__ import annotations

from typing import NamedTuple

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from benchmarks.results import Row
from benchmarks.sizes import KINDS
from rnnviz.figures.template import template, title
from rnnviz.figures.theme import (
    FONT_SIZE,
    PALETTES,
    SHARE_STOPS,
    SIGNED_STOPS,
    SMALL_SIZE,
    TITLE_SIZE,
)

# Pixels.
WIDTH, HEIGHT = 800, 720
MARGIN = {"l": 150, "r": 110, "t": 146, "b": 58}
INDENT = 12

PALETTE = PALETTES["light"]
TICKS = (0.3, 1, 3, 10, 30, 100, 300, 1000, 3000)

# What stands in the results in place of a number that was not measured.
WORDS = ("-", "not installed")


class Series(NamedTuple):
    """One way to run the nets: its name in the results and its marker."""

    name: str
    words: str
    symbol: str
    color: str
    size: int


# In the order of drawing: open markers on the filled one, so that none is hidden.
SERIES = (
    Series("trace", "rnnviz.trace", "circle", SIGNED_STOPS[9], 12),
    Series("aim", "aim of the trace", "line-ns-open", PALETTE.text, 15),
    Series("linear", "loop of F.linear", "square-open", PALETTE.text, 8),
    Series("cells", "loop of cells", "circle-open", SIGNED_STOPS[1], 9),
    Series("hooks", "the same with hooks", "triangle-right-open", SIGNED_STOPS[2], 10),
    Series("torchlens", "torchlens tracing it", "diamond", SHARE_STOPS[6], 9),
)


def ratios_plot(measured: list[Row]) -> go.Figure:
    """A panel for each kind and in it a row for each size; time over torch.nn's, logarithmic."""
    measured = [row for row in measured if row["threads"] == 1 and row["device"] == "cpu"]
    figure = make_subplots(rows=len(KINDS), shared_xaxes=True, vertical_spacing=0.075)
    for panel, kind in enumerate(KINDS, start=1):
        rows = [row for row in measured if row["kind"] == kind]
        for series in SERIES:
            figure.add_trace(_markers(rows, series, shown=panel == 1), row=panel, col=1)
        figure.add_vline(
            x=1, line={"color": PALETTE.flow, "width": 1}, layer="below", row=panel, col=1
        )
        _name_panel(figure, kind, panel)
        _write_ratios(figure, rows, panel)
    _lay_out(figure, measured)
    return figure


def _markers(rows: list[Row], series: Series, *, shown: bool) -> go.Scatter:
    values = [row["aim"] if series.name == "aim" else row["ratios"][series.name] for row in rows]
    points = [(v, _size(row)) for v, row in zip(values, rows, strict=True) if v not in WORDS]
    return go.Scatter(
        x=[point[0] for point in points],
        y=[point[1] for point in points],
        mode="markers",
        name=series.words,
        legendgroup=series.name,
        showlegend=shown,
        cliponaxis=False,
        marker={
            "symbol": series.symbol,
            "color": series.color,
            "size": series.size,
            "line": {"width": 2, "color": series.color},
        },
    )


def _name_panel(figure: go.Figure, kind: str, panel: int) -> None:
    axis = "" if panel == 1 else str(panel)
    figure.add_annotation(
        text=f"<b>nn.{kind}</b>",
        x=0,
        xref="paper",
        xshift=INDENT - MARGIN["l"],
        xanchor="left",
        y=1,
        yref=f"y{axis} domain",
        yshift=-3,
        yanchor="bottom",
        showarrow=False,
        font={"size": FONT_SIZE + 1},
    )


def _write_ratios(figure: go.Figure, rows: list[Row], panel: int) -> None:
    """The trace's number and its aim, right of the row."""
    axis = "" if panel == 1 else str(panel)
    for row in rows:
        figure.add_annotation(
            text=f"<b>{row['ratios']['trace']:.2f}</b>, aim {row['aim']:.2f}",
            x=1,
            xref="paper",
            xshift=14,
            xanchor="left",
            y=_size(row),
            yref=f"y{axis}",
            showarrow=False,
            font={"size": SMALL_SIZE, "color": SIGNED_STOPS[9]},
        )


def _lay_out(figure: go.Figure, measured: list[Row]) -> None:
    traces = [row["ratios"]["trace"] for row in measured]
    head = f"A traced run takes {min(traces):.1f} to {max(traces):.1f} times as long as torch.nn's"
    under = (
        "Time over that of torch.nn in inference mode, which records nothing. "
        "CPU, one thread. Rows: (L, D, T, B, I, H)."
    )
    figure.update_layout(
        template=template("light"),
        width=WIDTH,
        height=HEIGHT,
        margin=MARGIN,
        title=title(head, under, HEIGHT) | {"font": {"size": TITLE_SIZE + 2}},
        showlegend=True,
        legend={
            "orientation": "h",
            "traceorder": "normal",
            "x": 0,
            "xref": "container",
            "y": 1 - 62 / HEIGHT,
            "yref": "container",
            "yanchor": "top",
            "font": {"size": FONT_SIZE},
            "entrywidth": 130,
        },
    )
    figure.update_xaxes(
        type="log",
        range=[-0.6, 3.6],
        tickvals=TICKS,
        ticktext=[f"{tick:,g}" for tick in TICKS],
        showgrid=True,
        gridcolor=PALETTE.band,
        showticklabels=True,
    )
    figure.update_xaxes(title="times torch.nn", row=len(KINDS), col=1)
    figure.update_yaxes(autorange="reversed", showgrid=True, gridcolor=PALETTE.band)


def _size(row: Row) -> str:
    return f"({', '.join(str(number) for number in row['size'])})"
