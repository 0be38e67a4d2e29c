"""The shapes of a net's parameters and tensors, and the map of what it returns."""

from __future__ import annotations

# Plotly looks for pandas in sys.modules, where a second session would find it half loaded.
import pandas
import plotly.graph_objects as go
import streamlit as st

from rnnviz.config import GATE_WORDS, RNNConfig
from rnnviz.figures import Look, index_map, stacked_blocks
from rnnviz.records import Trace
from rnnviz.shapes import (
    LastStep,
    ShapeRow,
    block_rows,
    gate_rows,
    laid_out,
    last_steps,
    parameter_rows,
    tensor_rows,
)
from rnnviz.ui.cache import Run
from rnnviz.ui.views import built, chart, choose_cell, look

# A link holds these words, so they are frozen. "as run" is the net's own layout.
LAYOUTS = ("as run", "sequence first", "batch_first", "unbatched")
COLORS = ("value", "place")

# Rows of a table that are all in sight, and the pixels of a longer one.
MAX_OPEN_ROWS = 12
TABLE_HEIGHT = 480


@st.fragment
def shape_view(run: Run, sample: int) -> None:
    """Tables of shapes, then the map of every number that comes out."""
    st.subheader("Parameters")
    config = run.trace.config
    _table(parameter_rows(config), "parameter", "Every parameter: name, shape, why")
    if isinstance(config, RNNConfig) and config.gate_names:
        st.write(_gate_words(config))
        _blocks(run, sample)
    st.subheader("Tensors")
    layout = _choice("Layout", "layout", LAYOUTS)
    trace = in_layout(run.trace, layout, sample)
    _table(tensor_rows(trace), "tensor", "What goes in and comes out: name, shape, what it is")
    if run.trace.lengths is not None:
        st.write(_padding_words(run.trace))
    st.subheader("Where each number comes from")
    st.write("Point at a number: its cell, timestep and unit, and what else is the same number.")
    st.write(_last_step_words(run.trace, layout, sample))
    by = _choice("Coloured by", "by", COLORS)
    options = {"layout": layout, "sample": sample, "by": by, "look": look(run, sample)}
    figure = built(run, drawn_map, **options)
    if (layout, by) == (LAYOUTS[0], COLORS[0]):
        chart(figure, "index_map")
    else:
        # A run by itself gives the first layout and colours.
        chart(figure, "index_map", kept_of=run.settings, kept_as=f"index_map_{by}")


def _blocks(run: Run, sample: int) -> None:
    """Both stacked weights of one cell with their blocks named, and what fetches each block."""
    st.subheader("Which block is which")
    layer, direction = choose_cell(run)
    place = {"layer": layer, "direction": direction, "look": look(run, sample)}
    names = ("weight_ih", "weight_hh")
    for column, name in zip(st.columns(2), names, strict=True):
        with column:
            chart(built(run, stacked_blocks, parameter=name, **place), f"stacked_{name}")
    st.write(_apart_words(run.trace.config))
    rows = block_rows(run.trace.config, layer, direction)
    table = {
        "block": [_code(row.name) for row in rows],
        "is": [_code(row.expression) for row in rows],
        "shape": [_tuple(row.shape).replace(" ", "\u00a0") for row in rows],
        "what": [_sentence(row.what) for row in rows],
    }
    _framed(table, "Every block: name, what fetches it, shape, gate")


def _apart_words(config: RNNConfig) -> str:
    """What the table says beyond torch's own parameters."""
    count = config.num_gates
    words = (
        f"Cells written by hand often keep {2 * count} matrices apart; these are the same numbers."
    )
    if config.bias and config.kind == "GRU":
        words += " Of `r` and `z` only the sum of both biases matters; in `n`, `r` scales `b_hn`."
    elif config.bias:
        words += " Of the two biases only the sum matters."
    if config.kind == "LSTM":
        words += " `rnnviz.lstm_to_gates(net)` gives them, `lstm_from_gates` a net from them."
    return words


def in_layout(trace: Trace, layout: str, sample: int) -> Trace:
    """The run in one of the layouts of the choice."""
    return trace if layout == "as run" else laid_out(trace, layout, sample=sample)


def drawn_map(trace: Trace, *, layout: str, sample: int, by: str, look: Look) -> go.Figure:
    """The index map in one of the layouts."""
    shown = in_layout(trace, layout, sample)
    labels = look.labels and look.labels[: shown.seq_len]
    choice = Look(theme=look.theme, fit=look.fit, labels=labels)
    return index_map(shown, sample=_within(layout, sample), by=by, look=choice)


def _within(layout: str, sample: int) -> int:
    """The sample's number in a layout: alone it is sample 0."""
    return 0 if layout == "unbatched" else sample


def _choice(label: str, key: str, options: tuple[str, ...]) -> str:
    return st.segmented_control(
        label, options, default=options[0], key=key, bind="query-params", required=True
    )


def _table(rows: tuple[ShapeRow, ...], what: str, alt: str) -> None:
    table = {
        what: [_code(row.name) for row in rows],
        # Blanks that do not break, so that a shape stays on one line.
        "shape": [_tuple(row.shape).replace(" ", "\u00a0") for row in rows],
        "axes, and why": [_sentence(f"{_tuple(row.axes)}: {row.why}") for row in rows],
    }
    _framed(table, alt)


def _framed(table: dict[str, list[str]], alt: str) -> None:
    count = len(next(iter(table.values())))
    height = "content" if count <= MAX_OPEN_ROWS else TABLE_HEIGHT
    st.table(pandas.DataFrame(table), hide_index=True, height=height, border="horizontal", alt=alt)


def _gate_words(config: RNNConfig) -> str:
    size = config.num_gates * config.hidden_size
    parts = [
        f"{_code(f'{rows.start}:{rows.stop}')} {GATE_WORDS[rows.gate]} {rows.gate}"
        for rows in gate_rows(config)
    ]
    names = "`weight_ih_l0`, `weight_hh_l0` and the biases" if config.bias else "`weight_ih_l0`"
    return f"Rows of {names}, {size} in every layer and direction: {', '.join(parts)}."


def _padding_words(trace: Trace) -> str:
    lengths = ", ".join(str(length) for length in trace.lengths)
    return (
        f"The samples have {lengths} timesteps. Packed, `output.data` has a row for each of the "
        f"{sum(trace.lengths)}, and no padding. `pad_packed_sequence` makes it "
        f"{trace.seq_len} timesteps for each sample, 0 past its length. `h_n` is the same either "
        "way: each sample's state at its own last timestep, in reverse at t = 0."
    )


def _last_step_words(trace: Trace, layout: str, sample: int) -> str:
    """Whether output at the last timestep is h_n, with this run's numbers."""
    shown, prefix = in_layout(trace, layout, sample), ""
    if shown.is_packed:
        shown = laid_out(trace, "sequence first")
        prefix = "With `output, _ = pad_packed_sequence(output)`: "
    steps = last_steps(shown, sample=_within(layout, sample))
    return prefix + " ".join(_step_words(step) for step in steps)


def _step_words(step: LastStep) -> str:
    last = f"{_code(step.last)} ({_number(step.last_value)})"
    final = f"{_code(step.final)} ({_number(step.final_value)})"
    if step.same:
        return f"{step.direction.capitalize()}: {last} is {final}."
    why = "there the reverse direction has read only the last input"
    if step.padded:
        why = "the sample is shorter, so there is padding"
    return (
        f"**{step.direction.capitalize()}: {last} is not {final}**: {why}. "
        f"Its final state is at t = {step.t}: {_code(step.found)}."
    )


def _code(text: str) -> str:
    return f"`{text}`"


def _tuple(parts: tuple[object, ...]) -> str:
    return f"({', '.join(str(part) for part in parts)}{',' if len(parts) == 1 else ''})"


def _sentence(text: str) -> str:
    """Words for Markdown, in which a star is a star."""
    return text.replace("*", "\\*")


def _number(value: float) -> str:
    return f"{value:.4g}".replace("-", "−")
