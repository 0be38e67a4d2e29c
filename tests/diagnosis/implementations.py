"""A recurrent net by hand, right as it stands; each subclass makes one mistake."""

import torch
from torch import nn
from torch.nn import functional


class ByHand(nn.Module):
    """fn for `diagnose_callable`, written as a loop over layers, directions and timesteps."""

    def __init__(self, module):
        super().__init__()
        self.sizes = module.num_layers, 2 if module.bidirectional else 1
        self.batch_first, self.dropout = module.batch_first, module.dropout
        kinds = {nn.RNN: self.rnn, nn.LSTM: self.lstm, nn.GRU: self.gru}
        self.step = kinds[type(module)]
        self.has_c = isinstance(module, nn.LSTM)

    def forward(self, state_dict, input, hx):
        x = input.transpose(0, 1) if self.batch_first else input
        num_layers, num_directions = self.sizes
        states = self.states(hx)
        finals = []
        for layer in range(num_layers):
            outputs = []
            for direction in range(num_directions):
                suffix = f"_l{layer}" + ("_reverse" if direction else "")
                weights = [
                    self.weight(state_dict[name + suffix])
                    for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
                ]
                row = self.row(layer, direction)
                state = tuple(self.start(one[row]) for one in states)
                hs, state = self.run(x, state, weights, direction)
                outputs.append(hs)
                finals.append(state)
            x = self.join(outputs)
            if layer < num_layers - 1:
                x = functional.dropout(x, self.dropout, self.training)
        return self.result(x, [torch.stack(one) for one in zip(*finals, strict=True)])

    def run(self, x, state, weights, direction):
        order = range(len(x) - 1, -1, -1) if direction else range(len(x))
        hs = [None] * len(x)
        for t in order:
            state = self.carried(self.step(x[t], state, *weights))
            hs[t] = state[0]
        return torch.stack(hs), state

    def rnn(self, x, state, w_ih, w_hh, b_ih, b_hh):
        return (torch.tanh(x @ w_ih.T + b_ih + state[0] @ w_hh.T + b_hh),)

    def lstm(self, x, state, w_ih, w_hh, b_ih, b_hh):
        i, f, g, o = (x @ w_ih.T + b_ih + state[0] @ w_hh.T + b_hh).chunk(4, -1)
        c = f.sigmoid() * state[1] + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c

    def gru(self, x, state, w_ih, w_hh, b_ih, b_hh):
        of_x, of_h = (x @ w_ih.T + b_ih).chunk(3, -1), (state[0] @ w_hh.T + b_hh).chunk(3, -1)
        r, z = (of_x[0] + of_h[0]).sigmoid(), (of_x[1] + of_h[1]).sigmoid()
        return ((1 - z) * (of_x[2] + r * of_h[2]).tanh() + z * state[0],)

    def states(self, hx):
        return hx if self.has_c else (hx,)

    def weight(self, value):
        return value

    def row(self, layer, direction):
        return layer * self.sizes[1] + direction

    def start(self, state):
        return state

    def carried(self, state):
        return state

    def join(self, outputs):
        return torch.cat(outputs, -1)

    def result(self, output, finals):
        output = output.transpose(0, 1) if self.batch_first else output
        return output, (tuple(finals) if self.has_c else finals[0])


class SliceOfStates(ByHand):
    """H6."""

    def row(self, layer, direction):
        return layer + direction


class StateOfZeros(ByHand):
    """H3."""

    def start(self, state):
        return torch.zeros_like(state)


class StatesOverwritten(ByHand):
    """h_0 written to in place."""

    def result(self, output, finals):
        self.given.copy_(finals[0])
        return super().result(output, finals)

    def states(self, hx):
        hx = super().states(hx)
        self.given = hx[0]
        return (hx[0].clone(), *hx[1:])


class InputScaledInPlace(ByHand):
    def forward(self, state_dict, input, hx):
        result = super().forward(state_dict, input.clone(), hx)
        with torch.no_grad():
            input.mul_(2)
        return result


class WeightsTakenOut(ByHand):
    def forward(self, state_dict, input, hx):
        result = super().forward(state_dict, input, hx)
        state_dict.pop("weight_ih_l0")
        return result


class StateKept(ByHand):
    """The first call starts from hx, later ones from where the last one ended."""

    kept = None

    def states(self, hx):
        given = super().states(hx)
        fits = self.kept is not None and self.kept[0].shape == given[0].shape
        return [one.to(given[0].dtype) for one in self.kept] if fits else given

    def result(self, output, finals):
        self.kept = [one.detach() for one in finals]
        return super().result(output, finals)


class StateDrawn(ByHand):
    """h_0 drawn anew in each call."""

    def start(self, state):
        return torch.randn_like(state)


class DropoutInEval(ByHand):
    """P4."""

    def forward(self, state_dict, input, hx):
        self.train()
        return super().forward(state_dict, input, hx)


class BufferReused(ByHand):
    buffer = None

    def result(self, output, finals):
        output, states = super().result(output, finals)
        if self.buffer is None or self.buffer.shape != output.shape or output.requires_grad:
            self.buffer = output.clone()
        if output.dtype != self.buffer.dtype:
            return output, states
        return self.buffer.copy_(output), states


class Float32Inside(ByHand):
    """F1: what comes out is float64 again."""

    def carried(self, state):
        return tuple(one.float().to(one.dtype) for one in state)


class Float32Buffer(ByHand):
    """The output is written to a buffer of the default dtype."""

    def result(self, output, finals):
        buffer = torch.zeros(output.shape)
        buffer[:] = output
        return super().result(buffer, finals)


class DoubleRefused(ByHand):
    def start(self, state):
        return torch.zeros(state.shape) + state.float()


class DetachedSteps(ByHand):
    """R1."""

    def run(self, x, state, weights, direction):
        order = range(len(x) - 1, -1, -1) if direction else range(len(x))
        hs = [None] * len(x)
        for t in order:
            new = self.step(x[t], state, *weights)
            hs[t], state = new[0], tuple(one.detach() for one in new)
        return torch.stack(hs), new


class StateCopied(ByHand):
    """torch.tensor of a tensor: detached, with a warning."""

    def start(self, state):
        return torch.tensor(state)


class BiasDetached(ByHand):
    def weight(self, value):
        return value.detach() if value.dim() == 1 else value


class ResultDetached(ByHand):
    def result(self, output, finals):
        output, states = super().result(output.detach(), [one.detach() for one in finals])
        return output, states


class ViewOfInput(ByHand):
    def forward(self, state_dict, input, hx):
        return super().forward(state_dict, input.view(-1).view(input.shape), hx)


class ReadsMemory(ByHand):
    """Takes the numbers in the order of the memory."""

    def forward(self, state_dict, input, hx):
        strides = torch.empty(input.shape).stride()
        return super().forward(state_dict, input.as_strided(input.shape, strides), hx)


class DirectionsSummed(ByHand):
    """D11, in the last layer."""

    def result(self, output, finals):
        forward, reverse = output.chunk(2, dim=-1)
        return super().result(forward + reverse, finals)


class SqueezedBatch(ByHand):
    def result(self, output, finals):
        return super().result(output, [one.squeeze(1) for one in finals])


class OneStep(ByHand):
    """Wrong where the sequence has one timestep."""

    def join(self, outputs):
        return super().join(outputs) * (2 if len(outputs[0]) == 1 else 1)


class NoDropout(ByHand):
    """P2."""

    def __init__(self, module):
        super().__init__(module)
        self.dropout = 0.0


class DropoutAfterLast(ByHand):
    """P1."""

    def result(self, output, finals):
        return super().result(functional.dropout(output, self.dropout, self.training), finals)


class DropoutBeforeFirst(ByHand):
    """P3."""

    def forward(self, state_dict, input, hx):
        input = functional.dropout(input, self.dropout, self.training)
        return super().forward(state_dict, input, hx)
