"""The charts of the app by their names, each built of a run."""

from __future__ import annotations

from collections.abc import Callable

import plotly.graph_objects as go

from rnnviz.config import Direction
from rnnviz.figures import (
    Look,
    animated_states,
    cell_comparison,
    comparison,
    gates,
    head_logits,
    head_probabilities,
    hidden_heatmap,
    index_map,
    product_heatmaps,
    stacked_blocks,
    state_change,
    unrolled_diagram,
    weight_heatmaps,
)
from rnnviz.ui.cache import Run, unedited_run

Cell = tuple[int, Direction]

# Those that show one cell, which is chosen beside them.
OF_A_CELL = {
    "products",
    "weights",
    "gates",
    "cell_comparison",
    "stacked_weight_ih",
    "stacked_weight_hh",
    "edit_change",
}


def chart_names(run: Run) -> dict[str, str]:
    """What each chart of this run is called, by the key that it has on its page."""
    names = {"unrolled": "The net unrolled", "animated": "Hidden states in the order of computing"}
    for layer, way in run.trace.config.lanes:
        names[f"hidden_{layer}_{way}"] = f"Hidden state h, layer {layer}, {way}"
    names |= {
        "products": "From x to h, one cell",
        "weights": "Weights of one cell",
        "gates": "Gates and states of one cell",
        "comparison": "Output beside torch.nn",
        "cell_comparison": "One cell beside torch.nn",
        "index_map": "output, h_n and c_n, number by number",
    }
    if all(cell.gate_names for cell in run.trace.cells):
        names["stacked_weight_ih"] = "weight_ih of one cell, block by block"
        names["stacked_weight_hh"] = "weight_hh of one cell, block by block"
    if run.head is not None:
        names["head_probabilities"] = "The head's softmax"
        names["head_logits"] = "The head's logits"
    if run.settings.edits:
        names["edit_change"] = "What the changed numbers do to h, one cell"
    return names


def chart_of(run: Run, key: str, cell: Cell, *, sample: int, look: Look) -> go.Figure:
    """The chart of this key; `cell` counts for those in `OF_A_CELL`."""
    trace, options = run.trace, {"sample": sample, "look": look}
    if key.startswith("hidden_"):
        _, layer, way = key.split("_")
        return hidden_heatmap(trace, int(layer), way, **options)
    if key.startswith("stacked_"):
        return stacked_blocks(trace, *cell, parameter=key.removeprefix("stacked_"), look=look)
    draws: dict[str, Callable[[], go.Figure]] = {
        "unrolled": lambda: unrolled_diagram(trace, **options),
        "animated": lambda: animated_states(trace, **options),
        "products": lambda: product_heatmaps(trace, *cell, **options),
        "weights": lambda: weight_heatmaps(trace, *cell, look=look),
        "gates": lambda: gates(trace, *cell, **options),
        "comparison": lambda: comparison(trace, run.comparison, **options),
        "cell_comparison": lambda: cell_comparison(trace, run.comparison, *cell, **options),
        "index_map": lambda: index_map(trace, **options),
        "head_probabilities": lambda: head_probabilities(run.head, **options),
        "head_logits": lambda: head_logits(run.head, **options),
        "edit_change": lambda: state_change(unedited_run(run).trace, trace, *cell, **options),
    }
    return draws[key]()
