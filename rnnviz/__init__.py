"""RNNviz: torch.nn.RNN run by hand, step by step, with every number kept, checked and drawn."""

from rnnviz import examples
from rnnviz.config import RNNConfig
from rnnviz.engine.compare import compare
from rnnviz.engine.forward import trace
from rnnviz.engine.weights import build
from rnnviz.exports.npz import load_trace, trace_npz
from rnnviz.records import CellTrace, Comparison, Step, Trace

__version__ = "0.1.0"

__all__ = [
    "CellTrace",
    "Comparison",
    "RNNConfig",
    "Step",
    "Trace",
    "build",
    "compare",
    "examples",
    "load_trace",
    "trace",
    "trace_npz",
]
