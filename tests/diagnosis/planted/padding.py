"""Mistakes about padded samples (K)."""

from tests.diagnosis.planted.net import Net
from tests.diagnosis.planted.results import HnFromLastStep


class Padded(Net):
    needs = ("lengths",)


class LengthsIgnored(Padded):
    def __init__(self, module, lengths=None):  # noqa: ARG002
        super().__init__(module)


class ReverseFromPadding(Padded):
    """Every step is taken, in every layer; only `output` is zeroed, at the end."""

    def hold_in_padding(self, new, old, t):  # noqa: ARG002
        return new

    def zero_padding(self, half):
        return half

    def output(self):
        return super().output() * self.inside()


class OutputHeld(Padded):
    """The state that is held through the padding: forward the last one, reverse h_0."""

    def zero_padding(self, half):
        return half


class HnAtLastPaddedStep(HnFromLastStep):
    needs = ("lengths",)


class BatchOrderNotRestored(Padded):
    """Samples are sorted by length, longest first; equal lengths keep their order."""

    needs = ("unsorted lengths",)

    def __init__(self, module, lengths=None):
        self.sorted_order = sorted(range(len(lengths)), key=lambda b: -lengths[b])
        super().__init__(module, [lengths[b] for b in self.sorted_order])

    def time_first(self, input):
        return super().time_first(input)[:, self.sorted_order]


PADDING = {
    "K1-lengths-ignored": LengthsIgnored,
    "K2-reverse-from-padding": ReverseFromPadding,
    "K3-output-held": OutputHeld,
    "K4-hn-at-last-padded-step": HnAtLastPaddedStep,
    "K5-batch-order-not-restored": BatchOrderNotRestored,
}
