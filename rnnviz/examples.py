"""Nets built by formula that do something one can see; freshly drawn nets hardly move."""

from __future__ import annotations

import math

import torch
from torch import nn

from rnnviz.config import RNNConfig
from rnnviz.engine.weights import build

# A pre-activation whose sigmoid and tanh are 1 to the last bit of float64.
_WIDE = 40.0


def remember_first(input_size: int = 5) -> nn.RNN:
    """A tanh net that keeps the first token: its unit stays near 1, all others near -1.

    Unit k reads column k of a one-hot input. At h_0 = 0 the input decides its sign; from then on
    3 h outweighs the input, so that nothing that follows can turn it.
    """
    net = _zeros(RNNConfig(input_size=input_size, hidden_size=input_size))
    _set(net.weight_ih_l0, 2.0 * torch.eye(input_size))
    _set(net.weight_hh_l0, 3.0 * torch.eye(input_size))
    _set(net.bias_ih_l0, -torch.ones(input_size))
    return net


def delay(steps: int = 3, input_size: int = 5) -> nn.RNN:
    """A relu net that holds its non-negative input back: the last block of h[t] is x[t - steps].

    A shift register: block 0 copies the input, block j what block j - 1 held. It has steps + 1
    blocks of input_size units.

    Raises:
        ValueError: steps is negative.
    """
    if steps < 0:
        raise ValueError(f"steps must be at least 0, got {steps}.")
    size = (steps + 1) * input_size
    net = _zeros(RNNConfig(input_size=input_size, hidden_size=size, nonlinearity="relu"))
    _set(net.weight_ih_l0, torch.eye(size, input_size))
    _set(net.weight_hh_l0, torch.diag(torch.ones(size - input_size), -input_size))
    return net


def count_brackets(input_size: int = 3) -> nn.RNN:
    """A relu net that counts: how deep in brackets, how many "(" so far, how many ")" so far.

    Column 0 of the one-hot input is "(", column 1 is ")"; what else comes is skipped. The depth
    never falls below 0, as relu cuts it off.

    Raises:
        ValueError: input_size is below 2.
    """
    if input_size < 2:
        raise ValueError(f"input_size must be at least 2, for '(' and ')'; got {input_size}.")
    net = _zeros(RNNConfig(input_size=input_size, hidden_size=3, nonlinearity="relu"))
    read = torch.zeros(3, input_size)
    read[:, :2] = torch.tensor([[1.0, -1.0], [1.0, 0.0], [0.0, 1.0]])
    _set(net.weight_ih_l0, read)
    _set(net.weight_hh_l0, torch.eye(3))
    return net


def toggle(input_size: int = 3) -> nn.RNN:
    """A two-layer relu net for parity: unit 0 of layer 1 is 1 after an odd number of ones.

    Column 1 of the one-hot input is the digit 1. With p the parity so far and x the new digit,
    layer 0 computes u = relu(p + x) and v = relu(p + x - 1), and p XOR x is u - 2 v. Layer 1 reads
    that off: unit 0 is the parity, unit 1 its opposite.

    Raises:
        ValueError: input_size is below 2.
    """
    if input_size < 2:
        raise ValueError(f"input_size must be at least 2, for '0' and '1'; got {input_size}.")
    net = _zeros(RNNConfig(input_size=input_size, hidden_size=2, num_layers=2, nonlinearity="relu"))
    read = torch.zeros(2, input_size)
    read[:, 1] = 1.0
    _set(net.weight_ih_l0, read)
    _set(net.weight_hh_l0, torch.tensor([[1.0, -2.0], [1.0, -2.0]]))
    _set(net.bias_ih_l0, torch.tensor([0.0, -1.0]))
    _set(net.weight_ih_l1, torch.tensor([[1.0, -2.0], [-1.0, 2.0]]))
    _set(net.bias_ih_l1, torch.tensor([0.0, 1.0]))
    return net


def oscillator(period: float = 8.0, input_size: int = 1) -> nn.RNN:
    """A tanh net of two units that turns on its own, once in about `period` steps.

    W_hh turns the state by 2 pi / period and stretches it by 1 + 2 / period; tanh holds it back.
    A larger stretch would drag a slow turn to a halt. The input only pushes: from h_0 = 0 and
    without input it stays at rest.

    Raises:
        ValueError: period is below 3, too short for a turn to be seen.
    """
    if not period >= 3:
        raise ValueError(f"period must be at least 3 steps, got {period}.")
    net = _zeros(RNNConfig(input_size=input_size, hidden_size=2))
    angle = 2 * math.pi / period
    turn = [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
    _set(net.weight_hh_l0, (1 + 2 / period) * torch.tensor(turn))
    push = torch.zeros(2, input_size)
    push[0] = 0.5
    _set(net.weight_ih_l0, push)
    return net


def lstm_count_brackets(input_size: int = 3) -> nn.LSTM:
    """An LSTM whose c counts: how deep in brackets, how many "(" so far, how many ")" so far.

    Column 0 of the one-hot input is "(", column 1 is ")"; what else comes is skipped. All sigmoid
    gates are open, so that c adds up g, which is +1, -1 or 0. From c_0 = 0 c is exact, below 0 for
    a ")" too many; h = tanh(c) hardly tells 3 from 4.

    Raises:
        ValueError: input_size is below 2.
    """
    if input_size < 2:
        raise ValueError(f"input_size must be at least 2, for '(' and ')'; got {input_size}.")
    net = _zeros(RNNConfig(kind="LSTM", input_size=input_size, hidden_size=3))
    read = torch.zeros(4, 3, input_size)  # gates i, f, g, o
    read[2, :, :2] = _WIDE * torch.tensor([[1.0, -1.0], [1.0, 0.0], [0.0, 1.0]])
    opened = torch.tensor([_WIDE, _WIDE, 0.0, _WIDE])
    _set(net.weight_ih_l0, read.flatten(0, 1))
    _set(net.bias_ih_l0, opened.repeat_interleave(3))
    return net


def lstm_remember_flag(input_size: int = 3) -> nn.LSTM:
    """An LSTM of one unit whose c is 1 from the token that sets it until the one that resets it.

    Column 0 of the one-hot input sets, column 1 resets; what else comes is skipped. The input gate
    is open for the first alone, the forget gate for all but these two, and g is 1.

    Raises:
        ValueError: input_size is below 2.
    """
    if input_size < 2:
        raise ValueError(f"input_size must be at least 2, to set and reset; got {input_size}.")
    net = _zeros(RNNConfig(kind="LSTM", input_size=input_size, hidden_size=1))
    read = torch.zeros(4, input_size)  # gates i, f, g, o
    read[0, 0] = 2 * _WIDE
    read[1, :2] = -2 * _WIDE
    _set(net.weight_ih_l0, read)
    _set(net.bias_ih_l0, torch.tensor([-_WIDE, _WIDE, _WIDE, _WIDE]))
    return net


def _zeros(config: RNNConfig) -> nn.RNN | nn.LSTM | nn.GRU:
    return build(config, weights="zeros")


def _set(parameter: nn.Parameter, values: torch.Tensor) -> None:
    with torch.no_grad():
        parameter.copy_(values)
