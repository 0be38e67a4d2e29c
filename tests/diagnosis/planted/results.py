"""Mistakes about h_n, c_n and output (N), time and batch axes (T), what a layer reads (X), P2."""

import torch

from tests.diagnosis.planted.net import Net


class OtherHn(Net):
    """h_n passes through `changed`; c_n stays right."""

    def final_states(self):
        h_n, *c_n = super().final_states()
        return (self.changed(h_n), *c_n)

    def changed(self, h_n):
        raise NotImplementedError


class HnDirectionMajor(OtherHn):
    needs = ("both ways", "2 layers")

    def changed(self, h_n):
        wrong = torch.empty_like(h_n)
        for layer in range(self.num_layers):
            for d in self.directions:
                wrong[d * self.num_layers + layer] = h_n[layer * len(self.directions) + d]
        return wrong


class HnLayersReversed(OtherHn):
    needs = ("2 rows",)

    def changed(self, h_n):
        return h_n.flip(0)


class HnLastLayerOnly(OtherHn):
    needs = ("2 layers",)

    def changed(self, h_n):
        return h_n[-len(self.directions) :]


class HnBatchFirst(OtherHn):
    needs = ("batch_first",)

    def changed(self, h_n):
        return h_n.transpose(0, 1)


class HnFromLastStep(OtherHn):
    """Also K4: with lengths the last step is padding for all but the longest samples."""

    needs = ("both ways or lengths",)

    def changed(self, h_n):
        last = [half[-1] for half in self.halves(self.num_layers - 1)]
        return torch.cat((h_n[: -len(last)], torch.stack(last)))


class HnCnSwapped(Net):
    needs = ("LSTM",)

    def final_states(self):
        return super().final_states()[::-1]


class OutputIsCell(Net):
    needs = ("LSTM",)

    def output(self):
        last = self.num_layers - 1
        cells = [self.stacked(last, direction, part=1) for direction in self.directions]
        return self.join([self.zero_padding(cell) for cell in cells])


class OutputOfLayer0(Net):
    needs = ("2 layers",)

    def output(self):
        return self.join(self.halves(0))


class BatchFirstIgnored(Net):
    """The two axes are taken for each other; a given h_0 fits only where T == B."""

    needs = ("no h_0", "no lengths")

    def time_first(self, input):
        return super().time_first(input).transpose(0, 1)

    def finish(self, output, *final_states):
        return super().finish(output.transpose(0, 1), *final_states)


class ViewForTranspose(Net):
    needs = ("batch_first", "no lengths")

    def time_first(self, input):
        batch, seq_len, input_size = input.shape
        return input.reshape(seq_len, batch, input_size)

    def finish(self, output, *final_states):
        seq_len, batch, features = output.shape
        return output.reshape(batch, seq_len, features), *final_states


class OutputShifted(Net):
    """Only in the last layer, because h_n of every layer is right."""

    def output(self):
        last, shifted = self.num_layers - 1, []
        for direction in self.directions:
            h, before = self.stacked(last, direction), self.start(last, direction)[0][None]
            moved = torch.cat((h[1:], before) if direction else (before, h[:-1]))
            shifted.append(self.zero_padding(moved))
        return self.join(shifted)


class LastStepMissing(Net):
    def order(self, layer, direction):
        return super().order(layer, direction)[:-1]


class OutputNotTransposedBack(Net):
    needs = ("batch_first",)

    def finish(self, output, *final_states):
        return output, *final_states


class LayerInputIsX(Net):
    needs = ("2 layers", "x as wide as a layer")

    def layer_input(self, x, layer):  # noqa: ARG002
        return x


class DropoutIgnored(Net):
    """The net as it stands knows no dropout, so it is right in eval mode."""

    needs = ("dropout at work",)


RESULTS = {
    "N1-hn-direction-major": HnDirectionMajor,
    "N2-hn-layers-reversed": HnLayersReversed,
    "N3-hn-last-layer-only": HnLastLayerOnly,
    "N4-hn-batch-first": HnBatchFirst,
    "N5-hn-from-output-last-step": HnFromLastStep,
    "N6-hn-cn-swapped": HnCnSwapped,
    "N7-output-is-cell": OutputIsCell,
    "N8-output-layer0": OutputOfLayer0,
    "T1-batch-first-ignored": BatchFirstIgnored,
    "T2-view-for-transpose": ViewForTranspose,
    "T3-output-shifted": OutputShifted,
    "T4-last-step-missing": LastStepMissing,
    "T5-output-not-transposed-back": OutputNotTransposedBack,
    "X1-layer-input-is-x": LayerInputIsX,
    "P2-dropout-none": DropoutIgnored,
}
