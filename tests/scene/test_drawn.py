"""The numbers that torch draws for a seed, held against torch itself."""

import numpy as np
import pytest
import torch

from rnnviz.scene.drawn import bound, drawn

# Beyond 32 bits, and below 0, torch takes the lower ones.
SEEDS = (0, 1, 5489, 2**31, 2**32 - 1, 2**32, 2**40 + 17, -1)


@pytest.mark.parametrize("seed", SEEDS)
def test_numbers_are_those_that_torch_draws(seed):
    """Bit for bit, one array after the other, for bounds that are powers of two and others."""
    sizes = [(7, 5), (20_000, 3), (1, 64), (20_000, 100), (20_000, 16)]
    torch.manual_seed(seed)
    expected = [torch.empty(count).uniform_(-(size**-0.5), size**-0.5) for count, size in sizes]
    found = list(drawn(seed, [(count, bound(size)) for count, size in sizes]))

    assert all(array.dtype == np.float32 for array in found)
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.tobytes() == theirs.numpy().tobytes()


@pytest.mark.parametrize(
    ("kind", "options"),
    [("RNN", {}), ("GRU", {"bias": False}), ("LSTM", {}), ("LSTM", {"proj_size": 3})],
    ids=["RNN", "GRU without bias", "LSTM", "LSTM with proj_size"],
)
def test_a_net_of_torch_is_drawn_in_the_order_of_its_parameters(kind, options):
    torch.manual_seed(3)
    net = getattr(torch.nn, kind)(5, 7, 3, bidirectional=True, **options)
    parameters = [p.detach().numpy() for p in net.parameters()]
    found = drawn(3, [(array.size, bound(7)) for array in parameters])

    for ours, theirs in zip(found, parameters, strict=True):
        assert ours.tobytes() == theirs.tobytes()
