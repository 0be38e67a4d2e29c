"""Mistakes about activations (A)."""

import torch

from tests.diagnosis.planted.net import Net


class ReluForTanh(Net):
    needs = ("RNN", "tanh")

    def activation(self, a):
        return a.relu()


class TanhForRelu(Net):
    needs = ("RNN", "relu")

    def activation(self, a):
        return a.tanh()


class Sigmoid(Net):
    needs = ("RNN",)

    def activation(self, a):
        return a.sigmoid()


class NoActivation(Net):
    needs = ("RNN",)

    def activation(self, a):
        return a


class SeparateActivations(Net):
    needs = ("RNN",)

    def rnn_h(self, of_x, of_h):
        return self.activation(of_x) + self.activation(of_h)


class ActivationOnXOnly(Net):
    needs = ("RNN",)

    def rnn_h(self, of_x, of_h):
        return self.activation(of_x) + of_h


class Product(Net):
    needs = ("RNN",)

    def rnn_h(self, of_x, of_h):
        return self.activation(of_x * of_h)


class Minus(Net):
    needs = ("RNN",)

    def rnn_h(self, of_x, of_h):
        return self.activation(of_x - of_h)


class InputIgnored(Net):
    """Both biases stay: only W x is missing."""

    needs = ("RNN",)

    def times_ih(self, x, w_ih):
        return 0 * super().times_ih(x, w_ih)


class HardSigmoidOfKeras(Net):
    needs = ("gates",)

    def sigmoid(self, a):
        return torch.clip(0.2 * a + 0.5, 0, 1)


class HardSigmoidOfTorch(Net):
    needs = ("gates",)

    def sigmoid(self, a):
        return torch.clip(a / 6 + 0.5, 0, 1)


class TanhGates(Net):
    needs = ("gates",)

    def sigmoid(self, a):
        return a.tanh()


class ReluCandidate(Net):
    needs = ("gates",)

    def tanh(self, a):
        return a.relu()


class HardTanh(Net):
    needs = ("tanh",)

    def tanh(self, a):
        return a.clip(-1, 1)


ACTIVATIONS = {
    "A1-relu-for-tanh": ReluForTanh,
    "A2-tanh-for-relu": TanhForRelu,
    "A3-sigmoid": Sigmoid,
    "A4-no-activation": NoActivation,
    "A5-separate-activations": SeparateActivations,
    "A6-activation-on-x-only": ActivationOnXOnly,
    "A7-product": Product,
    "A8-minus": Minus,
    "A9-input-ignored": InputIgnored,
    "A10-hard-sigmoid-0.2": HardSigmoidOfKeras,
    "A11-hard-sigmoid-1/6": HardSigmoidOfTorch,
    "A12-gates-tanh": TanhGates,
    "A13-candidate-relu": ReluCandidate,
    "A14-hard-tanh": HardTanh,
}
