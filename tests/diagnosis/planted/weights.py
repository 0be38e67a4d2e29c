"""Mistakes about weights (W) and biases (B)."""

import torch

from tests.diagnosis.planted.net import Net


class HhNotTransposed(Net):
    def times_hh(self, h, w_hh):
        return torch.cat([h @ block for block in w_hh.split(self.hidden_size)], -1)


class IhNotTransposed(Net):
    needs = ("a square W_ih",)

    def times_ih(self, x, w_ih):
        if w_ih.shape[1] != self.hidden_size:
            return super().times_ih(x, w_ih)
        return torch.cat([x @ block for block in w_ih.split(self.hidden_size)], -1)


class IhReshaped(Net):
    def times_ih(self, x, w_ih):
        blocks = w_ih.split(self.hidden_size)
        return torch.cat([x @ block.reshape(-1, self.hidden_size) for block in blocks], -1)


class Layer0Everywhere(Net):
    needs = ("2 layers", "x as wide as a layer")

    def weights(self, layer, direction):  # noqa: ARG002
        return super().weights(0, direction)


class DirectionsSwapped(Net):
    needs = ("both ways",)

    def weights(self, layer, direction):
        return super().weights(layer, 1 - direction)


class ReverseUsesForward(Net):
    needs = ("both ways",)

    def weights(self, layer, direction):  # noqa: ARG002
        return super().weights(layer, 0)


class UpperLayersShareLayer1(Net):
    needs = ("3 layers",)

    def weights(self, layer, direction):
        return super().weights(min(layer, 1), direction)


class OtherBiases(Net):
    """The biases of every cell pass through `biases`."""

    needs = ("bias",)

    def weights(self, layer, direction):
        right = super().weights(layer, direction)
        b_ih, b_hh = self.biases(right.b_ih, right.b_hh)
        return right._replace(b_ih=b_ih, b_hh=b_hh)

    def biases(self, b_ih, b_hh):
        raise NotImplementedError


class NoBiasHh(OtherBiases):
    def biases(self, b_ih, b_hh):
        return b_ih, 0 * b_hh


class NoBiasIh(OtherBiases):
    def biases(self, b_ih, b_hh):
        return 0 * b_ih, b_hh


class NoBias(OtherBiases):
    def biases(self, b_ih, b_hh):
        return 0 * b_ih, 0 * b_hh


class BiasIhTwice(OtherBiases):
    def biases(self, b_ih, b_hh):  # noqa: ARG002
        return b_ih, b_ih


class BiasHhTwice(OtherBiases):
    def biases(self, b_ih, b_hh):  # noqa: ARG002
        return b_hh, b_hh


class BiasDouble(OtherBiases):
    def biases(self, b_ih, b_hh):
        return 2 * b_ih, 2 * b_hh


class BiasSwapped(OtherBiases):
    needs = ("bias", "GRU")

    def biases(self, b_ih, b_hh):
        return b_hh, b_ih


class BiasOfLayer0(Net):
    needs = ("bias", "2 layers")

    def weights(self, layer, direction):
        of_layer_0 = super().weights(0, direction)
        right = super().weights(layer, direction)
        return right._replace(b_ih=of_layer_0.b_ih, b_hh=of_layer_0.b_hh)


WEIGHTS = {
    "W1-hh-not-transposed": HhNotTransposed,
    "W2-ih-not-transposed": IhNotTransposed,
    "W3-ih-reshape": IhReshaped,
    "W4-weights-layer0-everywhere": Layer0Everywhere,
    "W5-directions-weights-swapped": DirectionsSwapped,
    "W6-reverse-uses-forward-weights": ReverseUsesForward,
    "W7-upper-layers-share-layer1": UpperLayersShareLayer1,
    "B1-no-bias-hh": NoBiasHh,
    "B2-no-bias-ih": NoBiasIh,
    "B3-no-bias": NoBias,
    "B4-bias-ih-twice": BiasIhTwice,
    "B5-bias-hh-twice": BiasHhTwice,
    "B6-bias-double": BiasDouble,
    "B7-bias-swapped": BiasSwapped,
    "B8-bias-of-layer0": BiasOfLayer0,
}
