"""A recurrent net by hand in plain loops, right as it stands; a mistake replaces one method."""

from typing import NamedTuple

import torch
from torch import Tensor

# What one cell carries from step to step: (h,) or (h, c), each (batch, hidden_size).
State = tuple[Tensor, ...]

# The gates in the order of their row blocks in every weight and bias.
GATE_ORDER = {"RNN": "h", "LSTM": "ifgo", "GRU": "rzn"}


class Weights(NamedTuple):
    """What one layer needs in one direction; a net without bias has biases of zeros."""

    w_ih: Tensor  # (num_gates * hidden_size, layer_input_size)
    w_hh: Tensor  # (num_gates * hidden_size, hidden_size)
    b_ih: Tensor  # (num_gates * hidden_size,)
    b_hh: Tensor  # (num_gates * hidden_size,)


class Net:
    """An RNN, LSTM or GRU with the weights of a torch module. Directions are 0 and 1 (reverse).

    Attributes:
        needs: words of `needs.NEEDS` that must all hold, or the mistake cannot run or be seen.
        states: by (layer, direction), the state at each position t of the sequence.
        finals: by (layer, direction), the state after the last step.
    """

    needs: tuple[str, ...] = ()

    def __init__(self, module, lengths=None):
        self.module, self.stored, self.lengths = module, module.state_dict(), lengths
        self.kind, self.hidden_size = module.mode.split("_")[0], module.hidden_size
        self.num_layers, self.directions = module.num_layers, range(1 + module.bidirectional)
        self.gate_order = GATE_ORDER[self.kind]

    def __call__(self, input, hx=None):
        x = self.time_first(input)
        self.seq_len, self.batch = x.shape[:2]
        self.given = self.given_states(hx, x)
        self.states, self.finals = {}, {}
        self.run(x)
        return self.finish(self.output(), *self.final_states())

    def time_first(self, input):
        return input.transpose(0, 1) if self.module.batch_first else input

    def given_states(self, hx, x):
        """h_0 (and c_0), each (num_layers * num_directions, batch, hidden_size)."""
        if hx is None:
            rows = self.num_layers * len(self.directions)
            zeros = x.new_zeros(rows, self.batch, self.hidden_size)
            return (zeros, zeros) if self.kind == "LSTM" else (zeros,)
        return tuple(hx) if self.kind == "LSTM" else (hx,)

    def run(self, x):
        for layer in range(self.num_layers):
            seen = self.layer_input(x, layer)  # (seq_len, batch, layer_input_size)
            for direction in self.directions:
                self.scan(seen, layer, direction)

    def layer_input(self, x, layer):
        return x if layer == 0 else self.join(self.halves(layer - 1))

    def scan(self, x, layer, direction):
        """Run one layer in one direction over the whole sequence."""
        weights = self.weights(layer, direction)
        start = state = self.start(layer, direction)
        nothing = tuple(torch.zeros_like(one) for one in start)
        states = [nothing] * self.seq_len
        for t in self.order(layer, direction):
            new = self.step(x[t], self.previous(state, start), weights)
            state = states[t] = self.hold_in_padding(new, state, t)
        self.states[layer, direction], self.finals[layer, direction] = states, state

    def order(self, layer, direction):  # noqa: ARG002  (mistakes differ by layer)
        return range(self.seq_len)[::-1] if direction else range(self.seq_len)

    def start(self, layer, direction):
        return tuple(one[self.row(layer, direction)] for one in self.given)

    def row(self, layer, direction):
        return layer * len(self.directions) + direction

    def previous(self, state, start):  # noqa: ARG002  (a mistake goes back to the start)
        """The state that a step reads; `state is start` at the first step."""
        return state

    def hold_in_padding(self, new, old, t):
        if self.lengths is None:
            return new
        inside = self.inside()[t]  # (batch, 1)
        return tuple(torch.where(inside, a, b) for a, b in zip(new, old, strict=True))

    def inside(self):
        """True where a position is no padding. Shape (seq_len, batch, 1)."""
        return (torch.arange(self.seq_len)[:, None] < torch.tensor(self.lengths))[:, :, None]

    def weights(self, layer, direction):
        suffix = f"_l{layer}" + ("_reverse" if direction else "")
        stored = self.stored
        w_ih, w_hh = stored["weight_ih" + suffix], stored["weight_hh" + suffix]
        zeros = w_ih.new_zeros(len(w_ih))
        b_ih, b_hh = (stored.get(name + suffix, zeros) for name in ("bias_ih", "bias_hh"))
        return Weights(w_ih, w_hh, b_ih, b_hh)

    def times_ih(self, x, w_ih):
        return x @ w_ih.T  # (batch, num_gates * hidden_size)

    def times_hh(self, h, w_hh):
        return h @ w_hh.T  # (batch, num_gates * hidden_size)

    def of_x(self, x, weights):
        """W x + b_ih by gate, each (batch, hidden_size)."""
        return self.by_gate(self.times_ih(x, weights.w_ih) + weights.b_ih)

    def of_h(self, h, weights):
        """U h + b_hh by gate, each (batch, hidden_size)."""
        return self.by_gate(self.times_hh(h, weights.w_hh) + weights.b_hh)

    def by_gate(self, stacked):
        blocks = stacked.chunk(len(self.gate_order), -1)
        return dict(zip(self.gate_order, blocks, strict=True))

    def step(self, x, state, weights):
        return {"RNN": self.rnn, "LSTM": self.lstm, "GRU": self.gru}[self.kind](x, state, weights)

    def sigmoid(self, a):
        return torch.sigmoid(a)

    def tanh(self, a):
        return torch.tanh(a)

    def rnn(self, x, state, weights):
        return (self.rnn_h(self.of_x(x, weights)["h"], self.of_h(state[0], weights)["h"]),)

    def rnn_h(self, of_x, of_h):
        return self.activation(of_x + of_h)

    def activation(self, a):
        return a.relu() if self.module.nonlinearity == "relu" else self.tanh(a)

    def lstm(self, x, state, weights):
        h, c = state
        of_x, of_h = self.of_x(x, weights), self.of_h(h, weights)
        gates = self.lstm_gates({name: of_x[name] + of_h[name] for name in "ifgo"})
        new_c = self.lstm_c(gates, c)
        return self.lstm_h(gates, new_c, c), new_c

    def lstm_gates(self, a):
        gates = {name: self.sigmoid(a[name]) for name in "ifo"}
        return gates | {"g": self.tanh(a["g"])}

    def lstm_c(self, gates, c):
        return gates["f"] * c + gates["i"] * gates["g"]

    def lstm_h(self, gates, new_c, old_c):  # noqa: ARG002  (a mistake reads the old cell)
        return gates["o"] * self.tanh(new_c)

    def gru(self, x, state, weights):
        (h,) = state
        of_x, of_h = self.of_x(x, weights), self.of_h(h, weights)
        r, z = (self.sigmoid(of_x[name] + of_h[name]) for name in "rz")
        n = self.gru_n(r, of_x["n"], h, weights)
        return (self.gru_h(n, z, r, h),)

    def gru_n(self, r, of_x, h, weights):
        return self.tanh(of_x + r * self.of_h(h, weights)["n"])

    def gru_h(self, n, z, r, h):  # noqa: ARG002  (a mistake resets h once more)
        return (1 - z) * n + z * h

    def halves(self, layer):
        """What each direction hands on: (seq_len, batch, hidden_size) each."""
        return [self.zero_padding(self.stacked(layer, direction)) for direction in self.directions]

    def stacked(self, layer, direction, part=0):
        """h (part 0) or c (part 1) of every position. Shape (seq_len, batch, hidden_size)."""
        return torch.stack([state[part] for state in self.states[layer, direction]])

    def zero_padding(self, half):
        return half if self.lengths is None else half * self.inside()

    def join(self, halves):
        return torch.cat(halves, -1)  # (seq_len, batch, num_directions * hidden_size)

    def output(self):
        return self.join(self.halves(self.num_layers - 1))

    def final_states(self):
        """h_n (and c_n), each (num_layers * num_directions, batch, hidden_size)."""
        return [torch.stack(part) for part in zip(*self.finals.values(), strict=True)]

    def finish(self, output, *final_states):
        return output.transpose(0, 1) if self.module.batch_first else output, *final_states
