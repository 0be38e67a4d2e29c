"""Pictures of records: one function per figure, record in, plotly figure out."""

from importlib.util import find_spec

__all__ = [
    "Look",
    "animated_states",
    "cell_comparison",
    "comparison",
    "gates",
    "head_logits",
    "head_probabilities",
    "hidden_heatmap",
    "index_map",
    "product_heatmaps",
    "stacked_blocks",
    "state_change",
    "unrolled_diagram",
    "weight_heatmaps",
]

# The player takes its colours, lanes and ranges from here too, and needs no plotly for them.
if find_spec("plotly") is not None:
    from rnnviz.figures.animated import animated_states
    from rnnviz.figures.change import state_change
    from rnnviz.figures.compared import cell_comparison, comparison
    from rnnviz.figures.gates import gates
    from rnnviz.figures.head import head_logits, head_probabilities
    from rnnviz.figures.hidden import hidden_heatmap
    from rnnviz.figures.index_map import index_map
    from rnnviz.figures.look import Look
    from rnnviz.figures.products import product_heatmaps
    from rnnviz.figures.stacked_blocks import stacked_blocks
    from rnnviz.figures.unrolled import unrolled_diagram
    from rnnviz.figures.weights import weight_heatmaps
else:

    def __getattr__(name: str) -> object:
        if name in __all__:
            raise ModuleNotFoundError(
                f"rnnviz.figures.{name} draws with plotly, which is not installed: "
                'pip install "rnnviz[figures]".',
                name="plotly",
            )
        raise AttributeError(f"module 'rnnviz.figures' has no attribute {name!r}")
