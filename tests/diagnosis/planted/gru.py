"""Mistakes inside the GRU cell (G)."""

import itertools

import torch

from tests.diagnosis.planted.net import Net


class GRU(Net):
    needs = ("GRU",)


def _reads(order):
    """A GRU that takes the row blocks of weights and biases to be in this order."""

    class Reads(GRU):
        def __init__(self, module, lengths=None):
            super().__init__(module, lengths)
            self.gate_order = order

    return Reads


class ResetBefore(GRU):
    def gru_n(self, r, of_x, h, weights):
        return torch.tanh(of_x + self.of_h(r * h, weights)["n"])


class UpdateSwapped(GRU):
    def gru_h(self, n, z, r, h):  # noqa: ARG002
        return (1 - z) * h + z * n


class BhnOutside(GRU):
    needs = ("GRU", "bias")

    def gru_n(self, r, of_x, h, weights):
        product = self.by_gate(self.times_hh(h, weights.w_hh))["n"]
        return torch.tanh(of_x + r * product + self.by_gate(weights.b_hh)["n"])


class NoReset(GRU):
    def gru_n(self, r, of_x, h, weights):  # noqa: ARG002
        return torch.tanh(of_x + self.of_h(h, weights)["n"])


class ResetOnX(GRU):
    def gru_n(self, r, of_x, h, weights):
        return torch.tanh(r * of_x + self.of_h(h, weights)["n"])


class ResetOnBoth(GRU):
    def gru_n(self, r, of_x, h, weights):
        return torch.tanh(r * (of_x + self.of_h(h, weights)["n"]))


class ResetBeforeAndUpdateSwapped(ResetBefore, UpdateSwapped):
    pass


class UpdateAdds(GRU):
    def gru_h(self, n, z, r, h):  # noqa: ARG002
        return n + z * h


class UpdateDropsH(GRU):
    def gru_h(self, n, z, r, h):  # noqa: ARG002
        return (1 - z) * n


class UpdateUsesResetH(GRU):
    def gru_h(self, n, z, r, h):
        return (1 - z) * n + z * (r * h)


GRUS = {
    f"G1-order-{''.join(order)}": _reads("".join(order))
    for order in itertools.permutations("rzn")
    if "".join(order) != "rzn"
} | {
    "G2-reset-before": ResetBefore,
    "G3-update-swapped": UpdateSwapped,
    "G4-b_hn-outside": BhnOutside,
    "G5-no-reset": NoReset,
    "G6-reset-on-x": ResetOnX,
    "G7-reset-on-both": ResetOnBoth,
    "G8-before+swapped": ResetBeforeAndUpdateSwapped,
    "G9-update-adds": UpdateAdds,
    "G10-update-drops-h": UpdateDropsH,
    "G11-update-uses-reset-h": UpdateUsesResetH,
}
