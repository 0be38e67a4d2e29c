"""Mistakes inside the LSTM cell (L)."""

import itertools

import torch

from tests.diagnosis.planted.net import Net


class LSTM(Net):
    needs = ("LSTM",)


def _reads(order):
    """An LSTM that takes the row blocks of weights and biases to be in this order."""

    class Reads(LSTM):
        def __init__(self, module, lengths=None):
            super().__init__(module, lengths)
            self.gate_order = order

    return Reads


class NoTanhOnCell(LSTM):
    def lstm_h(self, gates, new_c, old_c):  # noqa: ARG002
        return gates["o"] * new_c


class TanhOfProduct(LSTM):
    def lstm_h(self, gates, new_c, old_c):  # noqa: ARG002
        return torch.tanh(gates["o"] * new_c)


class CandidateSigmoid(LSTM):
    def lstm_gates(self, a):
        return super().lstm_gates(a) | {"g": a["g"].sigmoid()}


class CandidateLinear(LSTM):
    def lstm_gates(self, a):
        return super().lstm_gates(a) | {"g": a["g"]}


class ForgetBias1(LSTM):
    def lstm_gates(self, a):
        return super().lstm_gates(a) | {"f": torch.sigmoid(a["f"] + 1)}


class ForgetIs1MinusInput(LSTM):
    def lstm_gates(self, a):
        gates = super().lstm_gates(a)
        return gates | {"f": 1 - gates["i"]}


class InputIs1MinusForget(LSTM):
    def lstm_gates(self, a):
        gates = super().lstm_gates(a)
        return gates | {"i": 1 - gates["f"]}


class CellNotCarried(LSTM):
    def previous(self, state, start):
        h, c = state
        return state if state is start else (h, torch.zeros_like(c))


class NoForgetGate(LSTM):
    def lstm_c(self, gates, c):
        return c + gates["i"] * gates["g"]


class ForgetTermDropped(LSTM):
    def lstm_c(self, gates, c):  # noqa: ARG002
        return gates["i"] * gates["g"]


class HFromOldCell(LSTM):
    def lstm_h(self, gates, new_c, old_c):  # noqa: ARG002
        return gates["o"] * old_c.tanh()


class NoOutputGate(LSTM):
    def lstm_h(self, gates, new_c, old_c):  # noqa: ARG002
        return new_c.tanh()


class NoInputGate(LSTM):
    def lstm_c(self, gates, c):
        return gates["f"] * c + gates["g"]


class OutputGateTanh(LSTM):
    def lstm_gates(self, a):
        return super().lstm_gates(a) | {"o": a["o"].tanh()}


class TanhCellCarried(LSTM):
    """h is still o * tanh(c), of the c that has been through tanh once."""

    def lstm_c(self, gates, c):
        return super().lstm_c(gates, c).tanh()


LSTMS = {
    f"L1-order-{''.join(order)}": _reads("".join(order))
    for order in itertools.permutations("ifgo")
    if "".join(order) != "ifgo"
} | {
    "L2-no-tanh-on-cell": NoTanhOnCell,
    "L3-tanh-of-product": TanhOfProduct,
    "L4-candidate-sigmoid": CandidateSigmoid,
    "L5-candidate-linear": CandidateLinear,
    "L6-forget-bias-1": ForgetBias1,
    "L7-cifg-f=1-i": ForgetIs1MinusInput,
    "L8-cifg-i=1-f": InputIs1MinusForget,
    "L9-cell-not-carried": CellNotCarried,
    "L10-no-forget-gate": NoForgetGate,
    "L11-forget-term-dropped": ForgetTermDropped,
    "L12-h-from-old-cell": HFromOldCell,
    "L13-no-output-gate": NoOutputGate,
    "L14-no-input-gate": NoInputGate,
    "L15-output-gate-tanh": OutputGateTanh,
    "L16-tanh-cell-carried": TanhCellCarried,
}
