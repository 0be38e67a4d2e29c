"""What a run leaves behind: records of arrays, one field per thing computed."""

from __future__ import annotations

from rnnviz.records.arrays import Array
from rnnviz.records.cell import CellTrace
from rnnviz.records.comparison import Comparison
from rnnviz.records.head import HeadOutput
from rnnviz.records.trace import Packed, Step, Trace

__all__ = ["Array", "CellTrace", "Comparison", "HeadOutput", "Packed", "Step", "Trace"]
