"""The shape of everything a net holds and returns, and where each number of it comes from."""

from __future__ import annotations

from rnnviz.shapes.blocks import BlockRow, block_rows
from rnnviz.shapes.last_step import LastStep, last_steps
from rnnviz.shapes.layouts import laid_out
from rnnviz.shapes.names import parameter_name
from rnnviz.shapes.places import (
    Place,
    places_of_c_n,
    places_of_h_n,
    places_of_output,
    places_of_packed,
)
from rnnviz.shapes.rows import GateRows, ShapeRow, gate_rows, parameter_rows, tensor_rows

__all__ = [
    "BlockRow",
    "GateRows",
    "LastStep",
    "Place",
    "ShapeRow",
    "block_rows",
    "gate_rows",
    "laid_out",
    "last_steps",
    "parameter_name",
    "parameter_rows",
    "places_of_c_n",
    "places_of_h_n",
    "places_of_output",
    "places_of_packed",
    "tensor_rows",
]
