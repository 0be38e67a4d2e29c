"""Nets from a config and a seed, bit-equal at every call, without torch's global generator."""

from __future__ import annotations

import math
from typing import Literal, get_args

import numpy as np
import torch
from torch import Tensor, nn

from rnnviz.config import RNNConfig

Weights = Literal["default", "zeros", "identity", "orthogonal", "blackboard"]


def build(
    config: RNNConfig,
    seed: int = 0,
    *,
    weights: Weights = "default",
    spectral_radius: float = 1.0,
    device: str | torch.device = "cpu",
) -> nn.RNN:
    """A torch.nn.RNN in eval mode whose weights depend on the arguments alone.

    The global generator is shared by all threads of a process, so that two users who seed it at
    once get each other's numbers; here each call draws from a generator of its own, on the CPU.

    Args:
        config: sizes and options.
        seed: of the generator.
        weights: "default": bit-equal to `torch.manual_seed(seed); nn.RNN(...)` of that dtype.
            "zeros": all zero. "identity": W_ih and W_hh ones on the diagonal, no bias.
            "orthogonal": W_hh random orthogonal times spectral_radius, W_ih as by default, no
            bias. "blackboard": one decimal between -0.9 and 0.9, to compute along by hand.
        spectral_radius: for "orthogonal", the largest |eigenvalue| of W_hh.
        device: where the finished net is put.

    Raises:
        ValueError: an unknown name, or a spectral radius that is negative or not finite.

    Source: identity, https://arxiv.org/abs/1504.00941.
    """
    _check_names(weights, spectral_radius)
    # A default device set by the caller would not fit the generator, which is on the CPU.
    with torch.device("cpu"), torch.no_grad():
        module = without_values(config)
        generator = torch.Generator().manual_seed(seed)
        _draw_default(module, generator)
        for name, parameter in module.named_parameters():
            _overwrite(parameter, name, weights, generator)
            if weights == "orthogonal" and name.startswith("weight_hh"):
                parameter.mul_(spectral_radius)
    return module.to(device)


def _check_names(weights: str, spectral_radius: float) -> None:
    if weights not in get_args(Weights):
        known = ", ".join(get_args(Weights))
        raise ValueError(f"weights must be one of {known}; got {weights!r}.")
    if not (math.isfinite(spectral_radius) and spectral_radius >= 0):
        raise ValueError(f"spectral_radius must be finite and at least 0, got {spectral_radius}.")


def random_state(config: RNNConfig, batch: int, seed: int) -> Tensor:
    """A random h_0, uniform between -1 and 1: any state that a tanh net can be in.

    Shape (num_layers * num_directions, batch, hidden_size), of the config's dtype.
    """
    # A stream of its own: the same seed must not give the state the bits of the weights.
    generator = np.random.Generator(np.random.PCG64([seed, 1]))
    values = generator.uniform(-1.0, 1.0, (len(config.lanes), batch, config.hidden_size))
    return torch.from_numpy(values).to(getattr(torch, config.dtype))


def without_values(config: RNNConfig) -> nn.RNN:
    """A torch.nn.RNN on the CPU, in eval mode, whose weights are yet to be filled."""
    # A module on the meta device draws nothing from the global generator.
    module = nn.RNN(
        config.input_size,
        config.hidden_size,
        config.num_layers,
        nonlinearity=config.nonlinearity,
        bias=config.bias,
        batch_first=config.batch_first,
        bidirectional=config.bidirectional,
        dtype=getattr(torch, config.dtype),
        device="meta",
    )
    return module.to_empty(device="cpu").eval()


def _draw_default(module: nn.RNN, generator: torch.Generator) -> None:
    """What nn.RNN.reset_parameters draws, in the same order."""
    bound = 1.0 / math.sqrt(module.hidden_size)
    for parameter in module.parameters():
        parameter.uniform_(-bound, bound, generator=generator)


def _overwrite(parameter: Tensor, name: str, weights: Weights, generator: torch.Generator) -> None:
    """Put the named values where torch's default ones stand."""
    if weights == "zeros":
        parameter.zero_()
    elif weights == "blackboard":
        # Drawn as whole numbers of tenths, so that each is the float nearest to k / 10.
        tenths = torch.randint(-9, 10, parameter.shape, generator=generator)
        parameter.copy_(tenths.double() / 10)
    elif weights != "default" and name.startswith("bias"):
        parameter.zero_()
    elif weights == "identity":
        nn.init.eye_(parameter)
    elif weights == "orthogonal" and name.startswith("weight_hh"):
        parameter.copy_(_orthogonal(len(parameter), generator))


def _orthogonal(size: int, generator: torch.Generator) -> Tensor:
    """A random orthogonal matrix, uniformly distributed. Shape (size, size), float64.

    Source: Mezzadri 2007, https://arxiv.org/abs/math-ph/0609050 (the signs of R make it uniform).
    """
    q, r = torch.linalg.qr(torch.randn(size, size, generator=generator, dtype=torch.float64))
    return q * r.diagonal().sign()
