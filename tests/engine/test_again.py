"""The call of a run made again out of its record, down to the last bit."""

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence, pack_sequence

import rnnviz
from rnnviz.engine.again import call_again
from rnnviz.files.nets import module_of

CALLS = {
    "batch": (nn.GRU(3, 4, 2, bidirectional=True), torch.rand(5, 2, 3), torch.rand(4, 2, 4)),
    "batch first": (nn.RNN(3, 4, batch_first=True), torch.rand(2, 5, 3), torch.rand(1, 2, 4)),
    "unbatched": (nn.LSTM(3, 4), torch.rand(5, 3), (torch.rand(1, 4), torch.rand(1, 4))),
    "bfloat16": (
        nn.RNN(3, 4, dtype=torch.bfloat16),
        torch.rand(5, 2, 3).bfloat16(),
        torch.rand(1, 2, 4).bfloat16(),
    ),
    "packed": (
        nn.GRU(3, 4),
        pack_sequence([torch.rand(3, 3), torch.rand(5, 3)], enforce_sorted=False),
        torch.rand(1, 2, 4),
    ),
    "cell": (nn.RNNCell(3, 4, nonlinearity="relu"), torch.rand(2, 3), torch.rand(2, 4)),
    "cell without a batch": (nn.LSTMCell(3, 4), torch.rand(3), (torch.rand(4), torch.rand(4))),
    "stack": (
        rnnviz.CellStack([nn.RNNCell(3, 4), nn.LSTMCell(4, 2)]),
        torch.rand(5, 3),
        ((torch.rand(4), torch.rand(2)), (None, torch.rand(2))),
    ),
}


def flat(call):
    """The tensors of a call, behind each other."""
    if isinstance(call, PackedSequence | torch.Tensor) or call is None:
        return [call]
    return [one for part in call for one in flat(part)]


@pytest.mark.parametrize("name", CALLS)
def test_a_call_is_made_again(name):
    module, x, hx = CALLS[name]
    run = rnnviz.trace(module, x, hx).numpy()
    again = call_again(run, next(module.parameters()))

    assert len(flat(again)) == len(flat((x, hx)))
    for ours, theirs in zip(flat(again), flat((x, hx)), strict=True):
        if isinstance(theirs, PackedSequence):
            assert torch.equal(ours.data, theirs.data)
            assert torch.equal(ours.batch_sizes, theirs.batch_sizes)
            assert torch.equal(ours.sorted_indices, theirs.sorted_indices)
        else:
            assert ours is theirs or torch.equal(ours, theirs)


@pytest.mark.parametrize("name", CALLS)
def test_a_module_is_made_again(name):
    module, x, hx = CALLS[name]
    run = rnnviz.load_trace(rnnviz.trace_npz(rnnviz.trace(module, x, hx)))
    again = module_of(run)
    rerun = rnnviz.trace(again, *call_again(run, next(again.parameters())))

    assert type(again) is type(module) and not again.training
    assert all(map(torch.equal, again.state_dict().values(), module.state_dict().values()))
    assert rnnviz.trace_npz(rerun) == rnnviz.trace_npz(run)
