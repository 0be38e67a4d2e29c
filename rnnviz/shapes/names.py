"""What the module calls its parameters: a net of torch, or a stack of cells."""

from __future__ import annotations

from rnnviz.config import Direction, NetConfig, StackConfig, parameter_suffix


def parameter_name(config: NetConfig, layer: int, direction: Direction, name: str) -> str:
    """A parameter of one cell: `weight_ih_l1_reverse`, of a stack `reverse.1.weight_ih`."""
    if isinstance(config, StackConfig):
        return f"{'reverse' if direction == 'reverse' else 'cells'}.{layer}.{name}"
    return f"{name}{parameter_suffix(layer, direction)}"
