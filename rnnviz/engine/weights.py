"""Nets from a config and a seed, bit-equal at every call, without torch's global generator."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal, get_args

import numpy as np
import torch
from torch import Tensor, nn

from rnnviz.config import PLACES, NetConfig, RNNConfig, StackConfig
from rnnviz.engine.stack import Cell, CellStack, StackStates

Weights = Literal[
    "default", "zeros", "identity", "orthogonal", "blackboard", "xavier", "he", "constant"
]


def build(
    config: NetConfig,
    seed: int = 0,
    *,
    weights: Weights = "default",
    spectral_radius: float = 1.0,
    constant: float = 0.5,
    device: str | torch.device = "cpu",
) -> nn.RNN | nn.LSTM | nn.GRU | CellStack:
    """A net of torch in eval mode whose weights depend on the arguments alone.

    They come of a generator of its own, on the CPU, since all threads share the global one.

    Args:
        config: sizes and options; a stack's activations must have names.
        seed: of the generator.
        weights: "default": bit-equal to `torch.manual_seed(seed); nn.RNN(...)` of that dtype, or
            LSTM, GRU; of a stack to its cells built one after the other, forward ones first.
            "zeros". "identity": ones on the diagonal of each gate's block of W_ih and W_hh, no
            bias. "orthogonal": each gate's block of W_hh random orthogonal times spectral_radius
            (with proj_size its first columns), no bias. "blackboard": one decimal from -0.9 to 0.9.
            "xavier", "he": each gate's block uniform as Glorot and Bengio have it, or normal as He
            et al. have it for relu, no bias. "constant": the same number everywhere, biases too.
        spectral_radius: for "orthogonal", the largest |eigenvalue| of W_hh, of each gate's block.
        constant: for "constant".
        device: where the finished net is put.

    Raises:
        ValueError: an unknown name, a spectral radius below 0, or a number that is not finite.
    """
    _check_names(weights, spectral_radius, constant)
    # A default device set by the caller would not fit the generator, which is on the CPU.
    with torch.device("cpu"), torch.no_grad():
        module = without_values(config)
        generator = torch.Generator().manual_seed(seed)
        _draw_default(module, generator)
        for name, parameter, size in _parameters(module):
            _overwrite(parameter, name, size, weights, generator)
            _scale(parameter, name, weights, spectral_radius, constant)
    return module.to(device)


def _check_names(weights: str, spectral_radius: float, constant: float) -> None:
    if weights not in get_args(Weights):
        known = ", ".join(get_args(Weights))
        raise ValueError(f"weights must be one of {known}; got {weights!r}.")
    if not (math.isfinite(spectral_radius) and spectral_radius >= 0):
        raise ValueError(f"spectral_radius must be finite and at least 0, got {spectral_radius}.")
    if not math.isfinite(constant):
        raise ValueError(f"constant must be finite, got {constant}.")


def random_state(config: RNNConfig, batch: int, seed: int) -> Tensor:
    """A random h_0, uniform between -1 and 1: any state that a tanh net can be in.

    Shape (num_layers * num_directions, batch, state_size), of the config's dtype.
    """
    # A stream of its own: the same seed must not give the state the bits of the weights.
    return _uniform(config, batch, config.state_size, [seed, 1])


def random_states(
    config: NetConfig, batch: int, seed: int
) -> Tensor | tuple[Tensor, Tensor] | StackStates:
    """A random hx as the module takes it: `random_state`, for an LSTM with a c_0 beside it.

    c_0 is uniform between -1 and 1 too. Shape (num_layers * num_directions, batch, hidden_size).
    """
    if isinstance(config, StackConfig):
        return _random_rows(config, batch, seed)
    h_0 = random_state(config, batch, seed)
    if config.kind != "LSTM":
        return h_0
    return h_0, _uniform(config, batch, config.hidden_size, [seed, 2])


def _random_rows(config: StackConfig, batch: int, seed: int) -> StackStates:
    """The same for a stack: an entry for each cell."""
    dtype, parts = getattr(torch, config.dtype), []
    for stream in (1, 2) if config.has_c else (1,):
        generator, rows = np.random.Generator(np.random.PCG64([seed, stream])), []
        for layer, _ in config.lanes:
            cells = config.cells_of(layer)
            values = generator.uniform(-1.0, 1.0, (batch, cells.hidden_size))
            row = torch.from_numpy(values).to(dtype)
            rows.append(row if stream == 1 or cells.has_c else None)
        parts.append(tuple(rows))
    return tuple(parts) if config.has_c else parts[0]


def mask_generator(seed: int, device: str | torch.device = "cpu") -> torch.Generator:
    """What draws the masks of dropout on a device, apart from all that else comes of the seed."""
    # Seeded with the seed itself it would draw the very bits of the weights.
    (own,) = np.random.SeedSequence([seed, 3]).generate_state(1)
    return torch.Generator(device).manual_seed(int(own))


def _uniform(config: RNNConfig, batch: int, size: int, stream: list[int]) -> Tensor:
    generator = np.random.Generator(np.random.PCG64(stream))
    values = generator.uniform(-1.0, 1.0, (len(config.lanes), batch, size))
    return torch.from_numpy(values).to(getattr(torch, config.dtype))


def without_values(config: NetConfig) -> nn.RNN | nn.LSTM | nn.GRU | CellStack:
    """The net of torch on the CPU, in eval mode, whose weights are yet to be filled.

    Raises:
        ValueError: a stack has an activation that goes by no name.
    """
    if isinstance(config, StackConfig):
        return _stack_without_values(config)
    return without_memory(config).to_empty(device="cpu").eval()


def without_memory(config: RNNConfig) -> nn.RNN | nn.LSTM | nn.GRU:
    """The net of torch on the meta device, for the shapes of its parameters."""
    options = {
        "RNN": {"nonlinearity": config.nonlinearity},
        "LSTM": {"proj_size": config.proj_size},
    }
    # On that device a module draws nothing from the global generator.
    return getattr(nn, config.kind)(
        config.input_size,
        config.hidden_size,
        config.num_layers,
        bias=config.bias,
        batch_first=config.batch_first,
        dropout=config.dropout,
        bidirectional=config.bidirectional,
        dtype=getattr(torch, config.dtype),
        device="meta",
        **options.get(config.kind, {}),
    )


def cell_without_values(config: RNNConfig) -> Cell:
    """A cell of torch on the CPU whose weights are yet to be filled."""
    options = {"nonlinearity": config.nonlinearity} if config.kind == "RNN" else {}
    cell = getattr(nn, f"{config.kind}Cell")(
        config.input_size,
        config.hidden_size,
        bias=config.bias,
        dtype=getattr(torch, config.dtype),
        device="meta",
        **options,
    )
    return cell.to_empty(device="cpu")


def _stack_without_values(config: StackConfig) -> CellStack:
    cells, reverse = (
        [cell_without_values(layer) for layer in config.layers] for _ in ("forward", "reverse")
    )
    activations = [
        dict(zip(PLACES[layer.kind], layer.activations, strict=False)) for layer in config.layers
    ]
    return CellStack(
        cells,
        reverse if config.bidirectional else None,
        batch_first=config.batch_first,
        activations=activations,
    ).eval()


def _parameters(module: nn.Module) -> Iterator[tuple[str, Tensor, int]]:
    """Name, parameter and hidden size of its cell, in the order in which torch draws them."""
    for path, parameter in module.named_parameters():
        *owner, name = path.split(".")
        yield name, parameter, module.get_submodule(".".join(owner)).hidden_size


def _draw_default(module: nn.Module, generator: torch.Generator) -> None:
    """What the module's reset_parameters draws, in the same order."""
    for _, parameter, hidden_size in _parameters(module):
        bound = 1.0 / math.sqrt(hidden_size)
        parameter.uniform_(-bound, bound, generator=generator)


def _overwrite(
    parameter: Tensor, name: str, hidden_size: int, weights: Weights, generator: torch.Generator
) -> None:
    """Put the named values where torch's default ones stand.

    Source: identity, https://arxiv.org/abs/1504.00941; xavier,
        https://proceedings.mlr.press/v9/glorot10a.html; he, https://arxiv.org/abs/1502.01852.
    """
    if weights == "zeros":
        parameter.zero_()
    elif weights == "blackboard":
        # Drawn as whole numbers of tenths, so that each is the float nearest to k / 10.
        tenths = torch.randint(-9, 10, parameter.shape, generator=generator)
        parameter.copy_(tenths.double() / 10)
    elif weights != "default" and name.startswith("bias"):
        parameter.zero_()
    elif weights == "identity":
        for block in parameter.split(hidden_size):
            nn.init.eye_(block)
    elif weights == "xavier":
        for block in parameter.split(hidden_size):
            nn.init.xavier_uniform_(block, generator=generator)
    elif weights == "he":
        for block in parameter.split(hidden_size):
            nn.init.kaiming_normal_(block, nonlinearity="relu", generator=generator)
    elif weights == "orthogonal" and name.startswith("weight_hh"):
        for block in parameter.split(hidden_size):
            block.copy_(_orthogonal(hidden_size, generator)[:, : block.shape[1]])


def _scale(
    parameter: Tensor, name: str, weights: Weights, spectral_radius: float, constant: float
) -> None:
    """Bring in the number that goes with the name."""
    if weights == "orthogonal" and name.startswith("weight_hh"):
        parameter.mul_(spectral_radius)
    elif weights == "constant":
        parameter.fill_(constant)


def _orthogonal(size: int, generator: torch.Generator) -> Tensor:
    """A random orthogonal matrix, uniformly distributed. Shape (size, size), float64.

    Source: Mezzadri 2007, https://arxiv.org/abs/math-ph/0609050 (the signs of R make it uniform).
    """
    q, r = torch.linalg.qr(torch.randn(size, size, generator=generator, dtype=torch.float64))
    return q * r.diagonal().sign()
