"""Mistakes about h_0 and about the state that a step starts from (H)."""

import torch

from tests.diagnosis.planted.net import Net


class StateNeverUpdated(Net):
    def previous(self, state, start):  # noqa: ARG002
        return start


class StateZeroEachStep(Net):
    def previous(self, state, start):  # noqa: ARG002
        return tuple(torch.zeros_like(one) for one in state)


class H0Ignored(Net):
    """c_0 stays as given: that is H11."""

    needs = ("h_0",)

    def given_states(self, hx, x):
        h_0, *c_0 = super().given_states(hx, x)
        return (0 * h_0, *c_0)


class H0OfLayer0(Net):
    needs = ("h_0", "2 layers")

    def row(self, layer, direction):  # noqa: ARG002
        return direction


class H0DirectionMajor(Net):
    needs = ("h_0", "2 layers", "both ways")

    def row(self, layer, direction):
        return direction * self.num_layers + layer


class H0SliceI(Net):
    needs = ("h_0", "2 layers", "both ways")

    def row(self, layer, direction):
        return layer + direction


class H0DirectionsSwapped(Net):
    needs = ("h_0", "both ways")

    def row(self, layer, direction):
        return 2 * layer + (1 - direction)


class H0ForwardForBoth(Net):
    needs = ("h_0", "both ways")

    def row(self, layer, direction):  # noqa: ARG002
        return 2 * layer


class H0LayersReversed(Net):
    needs = ("h_0", "2 layers")

    def row(self, layer, direction):
        return (self.num_layers - 1 - layer) * len(self.directions) + direction


class H0C0Swapped(Net):
    needs = ("h_0", "LSTM")

    def given_states(self, hx, x):
        return super().given_states(hx, x)[::-1]


class C0Ignored(Net):
    needs = ("h_0", "LSTM")

    def given_states(self, hx, x):
        h_0, c_0 = super().given_states(hx, x)
        return h_0, 0 * c_0


class StateLeaksToNextLayer(Net):
    """Each direction goes on from its own direction of the layer below."""

    needs = ("2 layers",)

    def start(self, layer, direction):
        return self.finals[layer - 1, direction] if layer else super().start(layer, direction)


class StateLeaksToReverse(Net):
    needs = ("both ways",)

    def start(self, layer, direction):
        return self.finals[layer, 0] if direction else super().start(layer, direction)


class StateLeaksOverBatch(Net):
    """Sample 0 goes on from its own state, so that h_0 of the other samples is never read."""

    def step(self, x, state, weights):
        one, samples = tuple(part[:1] for part in state), []
        for b in range(self.batch):
            one = super().step(x[b : b + 1], one, weights)
            samples.append(one)
        return tuple(torch.cat(part) for part in zip(*samples, strict=True))


INITIAL = {
    "H1-state-never-updated": StateNeverUpdated,
    "H2-state-zero-each-step": StateZeroEachStep,
    "H3-h0-ignored": H0Ignored,
    "H4-h0-of-layer0-for-all": H0OfLayer0,
    "H5-h0-direction-major": H0DirectionMajor,
    "H6-h0-slice-i": H0SliceI,
    "H7-h0-directions-swapped": H0DirectionsSwapped,
    "H8-h0-forward-for-both": H0ForwardForBoth,
    "H9-h0-layers-reversed": H0LayersReversed,
    "H10-h0-c0-swapped": H0C0Swapped,
    "H11-c0-ignored": C0Ignored,
    "H12-state-leaks-to-next-layer": StateLeaksToNextLayer,
    "H13-state-leaks-to-reverse": StateLeaksToReverse,
    "H14-state-leaks-over-batch": StateLeaksOverBatch,
}
