"""Mistakes about sequences of different lengths."""

from __future__ import annotations

from rnnviz.diagnosis.catalogue.results import h_n_from_output
from rnnviz.diagnosis.mistake import Mistake, described, padded
from rnnviz.engine.varied import Case, Changes, Ran, Returned


def _lengths_ignored(case: Case) -> Case:
    return case._replace(lengths=None, shown=None, x=case.x.nan_to_num(0.0))


def _lengths_applied_last(case: Case) -> Case:
    return case._replace(lengths=None, x=case.x.nan_to_num(0.0))


def _held(returned: Returned, ran: list[Ran], case: Case) -> Returned:
    output = returned.output.clone()
    halves = output.chunk(case.config.num_directions, dim=-1)
    for half, one in zip(halves, ran[-len(halves) :], strict=True):
        last = one.cell.h_0 if one.backwards else one.h_last
        for sample, length in enumerate(case.lengths):
            half[length:, sample] = last[sample]
    return returned._replace(output=output)


def _left_sorted(case: Case) -> Case:
    # h_0 stays in the samples' own order.
    order = sorted(range(len(case.lengths)), key=lambda sample: -case.lengths[sample])
    lengths = tuple(case.lengths[sample] for sample in order)
    return case._replace(x=case.x[:, order], lengths=lengths, shown=lengths)


def _wrong(id: str, sentence: str, code: tuple[str, str], changes: Changes) -> Mistake:
    return described("Padding", id, sentence, code, changes, padded)


_PACK = "packed = pack_padded_sequence(x, lengths, enforce_sorted=False)"

PADDING = (
    _wrong(
        "K1-lengths-ignored",
        "The padding is run through the net as if it were data; the reverse pass starts in it.",
        ("output, h_n = rnn(padded)", _PACK),
        Changes(case=_lengths_ignored),
    ),
    _wrong(
        "K2-reverse-from-padding",
        "The padding is run through the net, and output set to zero there at the end.",
        ("output = rnn(padded)[0] * mask", _PACK),
        Changes(case=_lengths_applied_last),
    ),
    _wrong(
        "K3-output-held",
        "The padding of output repeats the last state, where torch has zeros.",
        ("h = torch.where(t < lengths, cell(x_t, h), h); outputs.append(h)", "output * mask"),
        Changes(returns=_held),
    ),
    _wrong(
        "K4-hn-at-last-padded-step",
        "h_n is read at the last timestep of the padded output.",
        ("h_n = output[-1]", "h_n = output[lengths - 1, torch.arange(batch)]"),
        Changes(returns=h_n_from_output),
    ),
    _wrong(
        "K5-batch-order-not-restored",
        "The samples are sorted by length and the order is not undone; h_0 is not sorted with "
        "them.",
        ("output, h_n = rnn(x[order])", "output = output[unsorted]; h_n = h_n[:, unsorted]"),
        Changes(case=_left_sorted),
    ),
)
