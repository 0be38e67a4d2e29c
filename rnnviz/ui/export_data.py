"""A run as numbers: the whole record, the weights, and any of it as a table."""

from __future__ import annotations

from collections.abc import Sequence

# Plotly looks for pandas in sys.modules, where a second session would find it half loaded.
import pandas
import streamlit as st

from rnnviz.exports.foreseen import Foreseen, foreseen
from rnnviz.exports.npz import arrays_of, trace_npz
from rnnviz.exports.selection import STACKED, Selection, selected_blocks
from rnnviz.exports.tables import trace_csv, trace_parquet
from rnnviz.exports.tensors import trace_safetensors
from rnnviz.files.save import weights_pt, weights_safetensors
from rnnviz.records import Trace
from rnnviz.ui.cache import Run
from rnnviz.ui.files import file_button
from rnnviz.ui.words import sentence, size_words

# Numbers of a row in the same order as on the screen of a laptop.
_PREVIEWED = 8

_TOKENS_HELP = "Of sample 0, which has them. “?” follows a token that the vocabulary lacks."


def data_section(run: Run, sample: int) -> None:  # noqa: ARG001
    """Everything that holds numbers and no pictures; of all samples, or of those chosen."""
    trace = run.trace
    st.subheader("The whole run")
    _whole(trace)
    st.subheader("A table of its numbers")
    st.write("A row for each number: layer, direction, t, sample, unit, quantity, value.")
    selection = _selection(trace)
    tokens = _tokens(run)
    try:
        said = foreseen(trace, selection, tokens=tokens, shown=_PREVIEWED)
    except ValueError as error:
        st.error(sentence(error), icon=":material/error:")
        return
    _tell(said)
    _table_buttons(trace, selection, tokens, said)


def _whole(trace: Trace) -> None:
    """The record and the weights, every format with a button of its own."""
    size = size_words(sum(array.nbytes for array in arrays_of(trace).values()))
    row = st.container(horizontal=True)
    file_button(
        row,
        "Trace (.npz)",
        lambda: trace_npz(trace),
        "rnnviz-trace.npz",
        "Every number, under torch's names, with a README inside: rnnviz.load_trace(path), or "
        f"numpy.load(path). Compressed, at most {size}.",
    )
    file_button(
        row,
        "Trace (.safetensors)",
        lambda: trace_safetensors(trace),
        "rnnviz-trace.safetensors",
        f"The same numbers under the same names, {size}: safetensors.numpy.load_file(path).",
    )
    file_button(
        row,
        "Weights (.pt)",
        lambda: weights_pt(trace),
        "rnnviz-weights.pt",
        "A state_dict: module.load_state_dict(torch.load(path, weights_only=True)).",
    )
    file_button(
        row,
        "Weights (.safetensors)",
        lambda: weights_safetensors(trace),
        "rnnviz-weights.safetensors",
        "The same numbers in a format without code: safetensors.torch.load_file(path).",
    )
    st.caption(f"{size} of numbers: every input, product, sum, gate and state, and the weights.")


def _selection(trace: Trace) -> Selection:
    """Which numbers the table is to hold, chosen from what the run has."""
    config = trace.config
    quantities = list(dict.fromkeys(one.quantity for one in selected_blocks(trace, Selection())))
    quantities += [name for name in STACKED if name not in quantities]
    widest = max(max(cell.x.shape[2], cell.hidden_size) for cell in trace.cells)
    left, middle, right = st.columns(3)
    with left:
        layers = _some("Layers", "layers", list(range(config.num_layers)))
    with middle:
        directions = _some("Directions", "directions", list(config.directions))
    with right:
        names = _some("Quantities", "quantities", quantities)
    left, middle, right = st.columns(3)
    with left:
        timesteps = _span("Timesteps", "t", trace.seq_len)
    with middle:
        units = _span("Units", "units", widest)
    with right:
        samples = _some("Samples", "samples", list(range(trace.batch)))
    return Selection(
        layers=layers,
        directions=directions,
        timesteps=timesteps,
        units=units,
        samples=samples,
        quantities=names,
    )


def _some(label: str, key: str, options: list) -> tuple | None:
    """Some of the options, None for all; the key changes with them, as a choice may be gone."""
    chosen = st.multiselect(
        label,
        options,
        key=f"_export_{key}_{'_'.join(map(str, options))}",
        placeholder="all" if len(options) > 1 else str(options[0]),
        disabled=len(options) == 1,
    )
    return tuple(chosen) or None


def _span(label: str, key: str, count: int) -> tuple[int, ...] | None:
    """A span of 0 to count - 1, both ends included; None for all."""
    if count == 1:
        st.slider(label, 0, 1, 0, disabled=True, key=f"_export_{key}_1")
        return None
    whole = (0, count - 1)
    first, last = st.slider(label, *whole, whole, key=f"_export_{key}_{count}")
    return None if (first, last) == whole else tuple(range(first, last + 1))


def _tokens(run: Run) -> Sequence[str] | None:
    """What sample 0 reads, as a column of its own, if there is such and it is wanted."""
    tokens = run.labels(0)
    if tokens is None or not st.toggle(
        "A column for the tokens", True, key="_export_tokens", help=_TOKENS_HELP
    ):
        return None
    return tokens


def _tell(said: Foreseen) -> None:
    """How large the table will be, and how it begins."""
    st.markdown(
        f"**{said.rows:,} rows**, about {size_words(said.csv_bytes)} as CSV and "
        f"{size_words(said.parquet_bytes)} as Parquet. It begins:"
    )
    frame = pandas.DataFrame(said.first, columns=list(said.header))
    st.dataframe(frame, hide_index=True, key="_export_preview")


def _table_buttons(
    trace: Trace, selection: Selection, tokens: Sequence[str] | None, said: Foreseen
) -> None:
    formats = {
        "csv": ("Table (.csv)", trace_csv, "UTF-8; a spreadsheet, pandas, R and the rest read it."),
        "parquet": ("Table (.parquet)", trace_parquet, "pandas, polars, DuckDB, R and Spark."),
    }
    row = st.container(horizontal=True)
    for ending, (label, write, help) in formats.items():
        if ending not in said.too_many:
            file_button(
                row,
                label,
                lambda write=write: write(trace, selection, tokens=tokens),
                f"rnnviz-table.{ending}",
                help,
            )
    for ending, why in said.too_many.items():
        name = {"csv": "CSV", "parquet": "Parquet"}[ending]
        st.warning(f"No {name}: {sentence(ValueError(why))}", icon=":material/warning:")
