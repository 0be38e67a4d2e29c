"""RNNviz: recurrent nets of torch run by hand, step by step, every number kept and checked."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from rnnviz import examples
from rnnviz.config import Clamp, RNNConfig, StackConfig
from rnnviz.diagnosis.diagnose import diagnose
from rnnviz.diagnosis.probe import diagnose_callable
from rnnviz.engine.capture import capture
from rnnviz.engine.compare import compare
from rnnviz.engine.forward import trace
from rnnviz.engine.gates_apart import lstm_from_gates, lstm_to_gates
from rnnviz.engine.stack import CellStack
from rnnviz.engine.weights import build
from rnnviz.exports.npz import load_trace, trace_npz
from rnnviz.records import CellTrace, Comparison, Step, Trace

if TYPE_CHECKING:
    from rnnviz.files import LoadedFile, LoadedNet, load
    from rnnviz.notebook import show

__version__ = "0.1.0"

__all__ = [
    "CellStack",
    "CellTrace",
    "Clamp",
    "Comparison",
    "LoadedFile",
    "LoadedNet",
    "RNNConfig",
    "StackConfig",
    "Step",
    "Trace",
    "build",
    "capture",
    "compare",
    "diagnose",
    "diagnose_callable",
    "examples",
    "load",
    "load_trace",
    "lstm_from_gates",
    "lstm_to_gates",
    "show",
    "trace",
    "trace_npz",
]


def __getattr__(name: str) -> object:
    # Loaded when asked for: figures need plotly and files safetensors, which tracing does not.
    if name == "figures":
        return import_module("rnnviz.figures")
    if name in ("LoadedFile", "LoadedNet", "load"):
        return getattr(import_module("rnnviz.files"), name)
    if name == "show":
        return import_module("rnnviz.notebook").show
    raise AttributeError(f"module 'rnnviz' has no attribute {name!r}")
