"""What a user's own implementation is called with: a net with biases drawn anew, and its inputs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from rnnviz.config import RNNConfig, parameter_suffix
from rnnviz.engine.checks import check_weights, config_of, weights_of
from rnnviz.engine.weights import without_values

# Axes of one length hide that two of them were exchanged; longer ones only take time.
MAX_AXIS = 8


@dataclass(frozen=True, kw_only=True)
class Arguments:
    """The arguments of one call, and the net whose weights they are.

    Attributes:
        net: torch's, in eval mode.
        input: laid out as the net's batch_first has it. Shape (seq_len, batch, input_size) or
            (batch, seq_len, input_size).
        states: h_0, and c_0 of an LSTM. Each of shape (num_layers * num_directions, batch, size).
        label: the sizes in words.
    """

    net: nn.Module
    input: Tensor
    states: tuple[Tensor, ...]
    label: str

    @property
    def hx(self) -> Tensor | tuple[Tensor, ...]:
        """The states as torch takes them."""
        return self.states if len(self.states) == 2 else self.states[0]

    def to(self, where: torch.dtype | torch.device) -> Arguments:
        """The same arguments in another dtype or on another device."""
        net = net_of(self.net).to(where)
        states = tuple(state.to(where) for state in self.states)
        return replace(self, net=net, input=self.input.to(where), states=states)


def net_of(module: nn.Module) -> nn.Module:
    """A net of torch with the module's weights, in eval mode; it shares nothing with the module.

    Raises:
        TypeError: module is no torch.nn.RNN, LSTM or GRU, or has a forward of its own.
        RuntimeError, NotImplementedError: its weights cannot be read; as for `rnnviz.trace`.
    """
    config = config_of(module) if isinstance(module, nn.RNNBase) else None
    if config is None:
        raise TypeError(f"module must be a torch.nn.RNN, LSTM or GRU, got {type(module).__name__}.")
    weights = weights_of(module, config)
    check_weights(module, weights)
    net = without_values(config).to(weights[0]["weight_ih"].device)
    with torch.no_grad():
        for (layer, direction), cell in zip(config.lanes, weights, strict=True):
            for name, value in cell.items():
                getattr(net, name + parameter_suffix(layer, direction)).copy_(value)
    return net


def draw_biases(net: nn.Module, generator: torch.Generator) -> None:
    """Draws every bias anew: those of zeros hide that one is missing or taken twice."""
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            if name.startswith("bias"):
                drawn = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
                parameter.copy_(0.5 * drawn)


def draw_arguments(net: nn.Module, sizes: tuple[int, int], generator: torch.Generator) -> Arguments:
    """Random input and initial states of these sizes, (seq_len, batch)."""
    config = config_of(net)
    seq_len, batch = sizes
    like = net.weight_ih_l0
    rows = config.num_layers * config.num_directions

    def drawn(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator, dtype=torch.float64).to(like)

    leading = (batch, seq_len) if config.batch_first else (seq_len, batch)
    states = [drawn(rows, batch, config.state_size)]
    if config.has_c:
        states.append(drawn(rows, batch, config.hidden_size))
    return Arguments(
        net=net,
        input=drawn(*leading, config.input_size),
        states=tuple(states),
        label=f"T = {seq_len}, batch = {batch}",
    )


def uneven_sizes(config: RNNConfig) -> tuple[int, int]:
    """(seq_len, batch) that differ from each other and from every other axis of the call."""
    rows = config.num_layers * config.num_directions
    taken = {1, config.input_size, config.hidden_size, config.state_size}
    taken |= {rows, config.num_layers, config.num_directions}
    seq_len = next((size for size in (4, 5, 3) if size not in taken), 4)
    batch = next(size for size in range(2, 12) if size not in {*taken, seq_len})
    return seq_len, batch


def even_sizes(config: RNNConfig) -> tuple[int, int]:
    """(seq_len, batch) as alike as the net allows: both input_size, where that is not too long."""
    size = config.input_size if 2 <= config.input_size <= MAX_AXIS else 4
    return size, size
