"""What a mistake needs, and its names."""

from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from rnnviz.diagnosis import mistake as needs
from rnnviz.diagnosis.case import case_of
from rnnviz.diagnosis.catalogue import mistake
from rnnviz.engine.varied import Changes

X = torch.zeros(4, 2, 3)


def packed():
    return pack_padded_sequence(X, [4, 2])


@pytest.mark.parametrize(
    ("need", "with_it", "without"),
    [
        ("both_ways", (nn.RNN(3, 2, bidirectional=True), X), (nn.RNN(3, 2), X)),
        ("stacked", (nn.RNN(3, 2, 2), X), (nn.RNN(3, 2), X)),
        ("with_bias", (nn.RNN(3, 2), X), (nn.RNN(3, 2, bias=False), X)),
        ("given", (nn.RNN(3, 2), X, torch.zeros(1, 2, 2)), (nn.RNN(3, 2), X)),
        ("of_one_length", (nn.RNN(3, 2), X), (nn.RNN(3, 2), packed())),
        ("padded", (nn.RNN(3, 2), packed()), (nn.RNN(3, 2), X)),
        ("batched", (nn.RNN(3, 2), X[:, :1]), (nn.RNN(3, 2), X[:, 0])),
        ("batches", (nn.RNN(3, 2), X), (nn.RNN(3, 2), X[:, :1])),
        ("batch_first", (nn.RNN(3, 2, batch_first=True), X), (nn.RNN(3, 2), X)),
        (
            "batch_first",
            (nn.RNN(3, 2, batch_first=True), X),
            (nn.RNN(3, 2, batch_first=True), X[:, 0]),
        ),
        ("unprojected", (nn.LSTM(3, 2), X), (nn.LSTM(3, 2, proj_size=1), X)),
        ("as_wide_as_states", (nn.RNN(3, 3), X), (nn.RNN(3, 3, bidirectional=True), X)),
        ("as_wide_as_states", (nn.LSTM(3, 4, proj_size=3), X), (nn.LSTM(3, 3, proj_size=2), X)),
    ],
)
def test_needs_hold_where_the_net_and_its_call_have_them(need, with_it, without):
    assert getattr(needs, need)(case_of(*with_it))
    assert not getattr(needs, need)(case_of(*without))


def test_a_mistake_applies_to_its_kinds_with_all_it_needs():
    one = replace(
        mistake("H6-h0-slice-i"),
        kinds=("GRU",),
        needs=(needs.stacked, needs.with_bias),
        changes=Changes(),
    )
    assert one.applies(case_of(nn.GRU(3, 2, 2), X))
    assert not one.applies(case_of(nn.RNN(3, 2, 2), X))
    assert not one.applies(case_of(nn.GRU(3, 2), X))
    assert not one.applies(case_of(nn.GRU(3, 2, 2, bias=False), X))
    assert not replace(one, changes=None).applies(case_of(nn.GRU(3, 2, 2), X))


def test_code_is_the_short_name_where_there_is_one_of_it():
    assert mistake("A10-hard-sigmoid-0.2").code == "A10"
    assert mistake("L1-order-iofg").code == "L1-order-iofg"
    assert mistake("L10-no-forget-gate").code == "L10"
    assert mistake("G12-reset-after").code == "G12"
