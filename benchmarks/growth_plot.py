"""The picture of the growth: time against T, L and H, a line for each kind of net."""

from __future__ import annotations

import math

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from benchmarks.results import Row
from rnnviz.figures.template import template, title
from rnnviz.figures.theme import FONT_SIZE, PALETTES, SHARE_STOPS, SIGNED_STOPS, TITLE_SIZE

# Pixels.
WIDTH, HEIGHT = 800, 400
MARGIN = {"l": 58, "r": 96, "t": 76, "b": 52}

PALETTE = PALETTES["light"]
COLORS = {"RNN": SIGNED_STOPS[9], "GRU": SIGNED_STOPS[2], "LSTM": SHARE_STOPS[6]}
AXES = {"seq_len": "T, timesteps", "layers": "L, layers", "hidden_size": "H, hidden units"}
LETTERS = {"seq_len": "T", "layers": "L", "hidden_size": "H"}
TICKS = {"seq_len": (64, 512, 4096), "layers": (1, 2, 4, 8), "hidden_size": (16, 64, 256)}
Y_TICKS = (0.3, 1, 3, 10, 30, 100, 300, 1000)

# Labels closer than this, in factors of ten of a time, would touch.
APART = 0.2


def growth_plot(measured: list[Row]) -> go.Figure:
    """A panel for each axis, both scales logarithmic, so that a power is a straight line."""
    figure = make_subplots(cols=len(AXES), shared_yaxes=True, horizontal_spacing=0.13)
    for panel, axis in enumerate(AXES, start=1):
        rows = [row for row in measured if row["axis"] == axis]
        for row in rows:
            for name, dash in (("torch", "dot"), ("trace", "solid")):
                figure.add_trace(_line(row, name, dash), row=1, col=panel)
        _write_slopes(figure, rows, panel)
        _lay_out_axis(figure, rows[0], panel)
    head = "Twice the timesteps or layers take about twice the time"
    base = dict(zip("LDTBIH", measured[0]["base"], strict=True))
    sizes = ", ".join(f"{letter} = {number}" for letter, number in base.items())
    under = f"Lines: rnnviz.trace. Dots: torch.nn. Else {sizes}. CPU, one thread."
    figure.update_layout(
        template=template("light"),
        width=WIDTH,
        height=HEIGHT,
        margin=MARGIN,
        title=title(head, under, HEIGHT) | {"font": {"size": TITLE_SIZE + 2}},
    )
    figure.update_yaxes(
        type="log",
        tickvals=Y_TICKS,
        ticktext=[f"{tick:,g}" for tick in Y_TICKS],
        showgrid=True,
        gridcolor=PALETTE.band,
    )
    figure.update_yaxes(title="milliseconds", row=1, col=1)
    return figure


def _line(row: Row, name: str, dash: str) -> go.Scatter:
    return go.Scatter(
        x=row["values"],
        y=row[f"{name}_ms"],
        mode="lines+markers" if name == "trace" else "lines",
        line={"color": COLORS[row["kind"]], "width": 2 if name == "trace" else 1.5, "dash": dash},
        marker={"size": 6},
        cliponaxis=False,
    )


def _write_slopes(figure: go.Figure, rows: list[Row], panel: int) -> None:
    """Each kind and its slope right of its line's end, moved up where they would touch."""
    axis = "" if panel == 1 else str(panel)
    lowest = -math.inf
    for row in sorted(rows, key=lambda row: row["trace_ms"][-1]):
        lowest = max(math.log10(row["trace_ms"][-1]), lowest + APART)
        figure.add_annotation(
            text=f"<b>{row['kind']}</b> {LETTERS[row['axis']]}<sup>{row['trace_slope']:.2f}</sup>",
            x=math.log10(row["values"][-1]),
            xref=f"x{axis}",
            xshift=7,
            xanchor="left",
            y=lowest,
            yref=f"y{axis}",
            showarrow=False,
            font={"size": FONT_SIZE, "color": COLORS[row["kind"]]},
        )


def _lay_out_axis(figure: go.Figure, row: Row, panel: int) -> None:
    values, ticks = row["values"], TICKS[row["axis"]]
    figure.update_xaxes(
        type="log",
        # A label right of the last point would otherwise widen the range.
        range=[math.log10(values[0]) - 0.05, math.log10(values[-1]) + 0.05],
        title=AXES[row["axis"]],
        tickvals=ticks,
        ticktext=[f"{tick:,}" for tick in ticks],
        tickangle=0,
        showgrid=True,
        gridcolor=PALETTE.band,
        row=1,
        col=panel,
    )
