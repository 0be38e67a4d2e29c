"""Mistakes about the two directions (D)."""

import torch

from tests.diagnosis.planted.net import Net


class BothWays(Net):
    needs = ("both ways",)


class NoFlipBack(BothWays):
    needs = ("both ways", "no lengths")

    def halves(self, layer):
        forward, reverse = super().halves(layer)
        return forward, reverse.flip(0)


class NoFlipBackLast(BothWays):
    needs = ("both ways", "no lengths")

    def output(self):
        forward, reverse = self.halves(self.num_layers - 1)
        return self.join((forward, reverse.flip(0)))


class NotReversed(BothWays):
    def order(self, layer, direction):  # noqa: ARG002
        return range(self.seq_len)


class FlipAlong(NotReversed):
    """The axis is flipped instead of time; h_n is what the flipped scan ends with."""

    axis: int

    def scan(self, x, layer, direction):
        super().scan(x.flip(self.axis) if direction else x, layer, direction)

    def halves(self, layer):
        forward, reverse = super().halves(layer)
        return forward, reverse.flip(self.axis)


class FlipBatchAxis(FlipAlong):
    needs = ("both ways", "no lengths")
    axis = 1


class FlipFeatureAxis(FlipAlong):
    axis = 2


class FlipOnlyFirstLayer(BothWays):
    needs = ("both ways", "2 layers")

    def order(self, layer, direction):
        return range(self.seq_len) if layer else super().order(layer, direction)


class ConcatOrder(BothWays):
    def join(self, halves):
        forward, reverse = halves
        return torch.cat((reverse, forward), -1)


class LastJoin(BothWays):
    """Layers are joined as they should be; only `output` is put together by `last_join`."""

    def output(self):
        return self.last_join(*self.halves(self.num_layers - 1))

    def last_join(self, forward, reverse):
        raise NotImplementedError


class ConcatOrderLast(LastJoin):
    def last_join(self, forward, reverse):
        return torch.cat((reverse, forward), -1)


class Interleaved(LastJoin):
    def last_join(self, forward, reverse):
        return torch.stack((forward, reverse), -1).flatten(-2)


class ForwardTwice(BothWays):
    def join(self, halves):
        forward, _ = halves
        return torch.cat((forward, forward), -1)


class SumDirections(LastJoin):
    def last_join(self, forward, reverse):
        return forward + reverse


class MeanDirections(LastJoin):
    def last_join(self, forward, reverse):
        return (forward + reverse) / 2


class TimeFirstLoop(BothWays):
    """At step s the forward pass is at time s and the reverse pass at T-1-s, in every layer."""

    needs = ("both ways", "2 layers", "no lengths")

    def run(self, x):
        cells = [(layer, direction) for layer in range(self.num_layers) for direction in (0, 1)]
        self.finals = {cell: self.start(*cell) for cell in cells}
        self.states = {cell: [None] * self.seq_len for cell in cells}
        for s in range(self.seq_len):
            a_f, a_r = x[s], x[self.seq_len - 1 - s]
            for layer in range(self.num_layers):
                h_f = self.advance((layer, 0), a_f, s)
                h_r = self.advance((layer, 1), a_r, self.seq_len - 1 - s)
                a_f = a_r = torch.cat((h_f, h_r), -1)

    def advance(self, cell, x, t):
        """Take one step of (layer, direction), keep its state for position t, and give h."""
        state = self.step(x, self.finals[cell], self.weights(*cell))
        self.states[cell][t] = self.finals[cell] = state
        return state[0]


PASSES = {
    "D1-no-flip-back": NoFlipBack,
    "D2-no-flip-back-last": NoFlipBackLast,
    "D3-not-reversed": NotReversed,
    "D4-flip-batch-axis": FlipBatchAxis,
    "D5-flip-feature-axis": FlipFeatureAxis,
    "D6-flip-only-first-layer": FlipOnlyFirstLayer,
    "D7-concat-order": ConcatOrder,
    "D8-concat-order-last": ConcatOrderLast,
    "D9-interleaved": Interleaved,
    "D10-forward-twice": ForwardTwice,
    "D11-sum-directions": SumDirections,
    "D12-mean-directions": MeanDirections,
    "D13-time-first-loop": TimeFirstLoop,
}
