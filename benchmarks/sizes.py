"""The nets that are measured, and the ratios aimed at."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

KINDS = ("RNN", "GRU", "LSTM")


class Size(NamedTuple):
    """Sizes of a net and of its input; one row of each table."""

    layers: int
    directions: int
    seq_len: int
    batch: int
    input_size: int
    hidden_size: int

    @property
    def steps(self) -> int:
        """Updates of one cell that a run takes."""
        return self.layers * self.directions * self.seq_len

    def __str__(self) -> str:
        return f"({', '.join(str(number) for number in self)})"


SIZES = (
    Size(2, 2, 12, 1, 8, 8),
    Size(2, 2, 50, 4, 32, 32),
    Size(4, 2, 128, 8, 128, 128),
    Size(4, 2, 512, 16, 512, 512),
    Size(1, 1, 10_000, 1, 64, 64),
)

# The ratios to torch.nn that a trial reached on one thread, in the order of SIZES.
AIMS = {
    "RNN": (0.55, 0.45, 0.85, 1.0, 0.42),
    "GRU": (0.70, 0.75, 1.05, 1.1, 0.55),
    "LSTM": (1.5, 3.5, 2.8, 2.5, 4.0),
}

# The peak of a trace, in records.
MEMORY_AIM = 1.1


class Net(NamedTuple):
    """A net of torch and what it is called with.

    Attributes:
        module: nn.RNN, GRU or LSTM with torch's default weights.
        x: (seq_len, batch, input_size).
        hx: h_0, (layers * directions, batch, hidden_size); of an LSTM (h_0, c_0).
    """

    module: nn.RNNBase
    x: Tensor
    hx: Tensor | tuple[Tensor, Tensor]


def net_of(kind: str, size: Size, device: str = "cpu") -> Net:
    """A net of the size, with random numbers to run on."""
    torch.manual_seed(0)
    both = size.directions == 2
    make = getattr(nn, kind)
    module = make(size.input_size, size.hidden_size, size.layers, bidirectional=both)
    x = torch.randn(size.seq_len, size.batch, size.input_size)
    rows = size.layers * size.directions
    h_0, c_0 = torch.randn(2, rows, size.batch, size.hidden_size).to(device)
    return Net(module.to(device), x.to(device), (h_0, c_0) if kind == "LSTM" else h_0)
