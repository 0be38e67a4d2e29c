"""From settings to a net: drawn by seed, built by formula, stacked, or out of a file."""

from __future__ import annotations

import torch
from torch import nn

from rnnviz import examples
from rnnviz.config import RNNConfig, StackConfig
from rnnviz.engine.checks import Module
from rnnviz.engine.weights import build
from rnnviz.inputs import read_layers
from rnnviz.ui.opened import Opened
from rnnviz.ui.settings import EXAMPLE_WEIGHTS, Settings


def example_net(name: str, dtype: str = "float32", **sizes: int) -> nn.RNN | nn.LSTM:
    """One of the nets built by formula, under its name in `settings.EXAMPLE_WEIGHTS`."""
    return getattr(examples, EXAMPLE_WEIGHTS[name])(**sizes).to(getattr(torch, dtype))


def module_of(settings: Settings, input_size: int, opened: Opened | None) -> Module:
    """The net that the settings ask for, on their device, to read so many numbers a timestep.

    Raises:
        ValueError: it cannot be, or the net out of the file reads another number.
    """
    if settings.is_opened:
        return _opened_net(settings, input_size, opened)
    if settings.is_example:
        net = example_net(settings.weights, settings.dtype, input_size=input_size)
        return net.to(settings.device)
    if settings.is_stack:
        config = stack_config(settings, input_size)
    else:
        config = _net_config(settings, input_size)
    net = build(
        config,
        settings.seed,
        weights=settings.weights,
        spectral_radius=settings.radius,
        constant=settings.constant,
        device=settings.device,
    )
    return net.train(settings.drops)


def _opened_net(settings: Settings, input_size: int, opened: Opened) -> Module:
    net = opened.net(settings.net_name)
    if net.config.input_size != input_size:
        raise ValueError(
            f"the net of {opened.name} reads {net.config.input_size} numbers a timestep, and the "
            f"input has {input_size}: choose sine waves or random numbers, or a file or a "
            "vocabulary of that many columns."
        )
    module = net.module(nonlinearity=settings.activation, batch_first=settings.batch_first)
    return module.to(settings.device, getattr(torch, settings.dtype))


def stack_config(settings: Settings, input_size: int) -> StackConfig:
    """The stack that the settings describe.

    Raises:
        ValueError: the line of layers is none.
    """
    return read_layers(
        settings.stack,
        input_size,
        {"sigmoid": settings.sigmoid, "tanh": settings.tanh},
        bias=settings.bias,
        batch_first=settings.batch_first,
        bidirectional=settings.direction == "bidirectional",
        dtype=settings.dtype,
    )


def _net_config(settings: Settings, input_size: int) -> RNNConfig:
    return RNNConfig(
        input_size=input_size,
        hidden_size=settings.hidden,
        num_layers=settings.layers,
        nonlinearity=settings.activation if settings.kind == "RNN" else "tanh",
        bias=settings.bias,
        batch_first=settings.batch_first,
        bidirectional=settings.direction == "bidirectional",
        dtype=settings.dtype,
        kind=settings.kind,
        proj_size=min(settings.proj, settings.hidden - 1) if settings.kind == "LSTM" else 0,
        # torch warns of a dropout that has no layer to come before.
        dropout=settings.dropout if settings.layers > 1 else 0.0,
    )


def devices() -> tuple[str, ...]:
    """Where a net can be run on this machine."""
    found = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return ("cpu", *(name for name, there in found.items() if there))
