"""Nets by seed: bit-equal to torch's own, at every call, in many sessions at once."""

from concurrent.futures import ThreadPoolExecutor
from itertools import product

import pytest
import torch
from torch import nn

import rnnviz
from rnnviz import RNNConfig
from rnnviz.engine.weights import random_state, random_states

# numpy's PCG64 with the seed [0, 1]; its stream is documented never to change.
PUBLISHED_STATE = [[[0.779477596282959, 0.11427610367536545, 0.6018161773681641]]]

CONFIG = RNNConfig(input_size=3, hidden_size=4, num_layers=2, bidirectional=True)


def torch_net(seed, config):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        options = {"proj_size": config.proj_size} if config.kind == "LSTM" else {}
        return getattr(nn, config.kind)(
            config.input_size,
            config.hidden_size,
            config.num_layers,
            bias=config.bias,
            bidirectional=config.bidirectional,
            dtype=getattr(torch, config.dtype),
            **options,
        )


def assert_same(ours, theirs):
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for name, value in theirs.state_dict().items():
        assert ours.state_dict()[name].dtype == value.dtype
        assert torch.equal(ours.state_dict()[name], value), name


KINDS = {
    "RNN": {},
    "GRU": {"kind": "GRU"},
    "LSTM": {"kind": "LSTM"},
    "LSTM projected": {"kind": "LSTM", "proj_size": 2},
}


@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS.keys())
@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16", "float16"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_default_weights_are_those_of_torch(bidirectional, dtype, options):
    for seed, bias, layers in product([0, 7, 2**31 - 1], [True, False], [1, 3]):
        config = RNNConfig(
            input_size=3,
            hidden_size=5,
            num_layers=layers,
            bias=bias,
            bidirectional=bidirectional,
            dtype=dtype,
            **options,
        )
        assert_same(rnnviz.build(config, seed), torch_net(seed, config))


def test_options_reach_the_module():
    config = RNNConfig(
        input_size=3, hidden_size=4, nonlinearity="relu", batch_first=True, bias=False
    )
    net = rnnviz.build(config)

    assert (net.nonlinearity, net.batch_first, net.bias) == ("relu", True, False)
    assert not net.training
    assert rnnviz.trace(net, torch.zeros(2, 5, 3)).config == config


def test_the_global_generator_is_left_alone():
    before = torch.get_rng_state()
    for weights in ("default", "orthogonal", "blackboard", "xavier", "he"):
        rnnviz.build(CONFIG, 3, weights=weights)
    random_state(CONFIG, 2, 3)

    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("weights", ["default", "orthogonal", "blackboard", "xavier", "he"])
def test_twenty_sessions_at_once_get_the_same_weights(weights):
    expected = rnnviz.build(CONFIG, 5, weights=weights)
    with ThreadPoolExecutor(20) as pool:
        nets = list(pool.map(lambda _: rnnviz.build(CONFIG, 5, weights=weights), range(400)))

    for net in nets:
        assert_same(net, expected)


def test_zeros_and_identity_are_what_they_say():
    assert all((p == 0).all() for p in rnnviz.build(CONFIG, weights="zeros").parameters())
    net = rnnviz.build(CONFIG, weights="identity")
    for name, p in net.named_parameters():
        expected = torch.eye(*p.shape) if p.dim() == 2 else torch.zeros(4)
        assert torch.equal(p, expected), name


@pytest.mark.parametrize(
    ("kind", "options"),
    [("RNN", {}), ("GRU", {"bidirectional": True}), ("LSTM", {"proj_size": 9, "num_layers": 2})],
    ids=["RNN", "GRU", "projected LSTM"],
)
def test_xavier_and_he_have_their_spread_gate_by_gate(kind, options):
    """The fans are those of a gate's block, and not of all gates together."""
    config = RNNConfig(input_size=120, hidden_size=90, kind=kind, **options)
    xavier, he = (rnnviz.build(config, 1, weights=name) for name in ("xavier", "he"))

    for name, parameter in xavier.named_parameters():
        other = he.get_parameter(name)
        if name.startswith("bias"):
            assert not parameter.any()
            assert not other.any()
            continue
        for block, drawn in zip(parameter.split(90), other.split(90), strict=True):
            rows, columns = block.shape
            bound = (6 / (rows + columns)) ** 0.5
            assert 0.98 * bound < block.abs().max() <= bound
            assert block.mean().abs() < 0.1 * bound
            assert drawn.std().item() == pytest.approx((2 / columns) ** 0.5, rel=0.1)
            assert drawn.abs().max() > 2.5 * drawn.std()
    assert not torch.equal(
        rnnviz.build(config, 2, weights="xavier").weight_hh_l0, xavier.weight_hh_l0
    )


def test_constant_is_everywhere():
    net = rnnviz.build(CONFIG, weights="constant", constant=-0.25)
    assert all((parameter == -0.25).all() for parameter in net.parameters())


@pytest.mark.parametrize("radius", [0.0, 0.9, 1.0, 1.5])
def test_orthogonal_has_the_spectral_radius(radius):
    config = RNNConfig(input_size=3, hidden_size=6, bidirectional=True, dtype="float64")
    net = rnnviz.build(config, 1, weights="orthogonal", spectral_radius=radius)

    for w_hh in (net.weight_hh_l0.detach(), net.weight_hh_l0_reverse.detach()):
        torch.testing.assert_close(w_hh @ w_hh.T, radius**2 * torch.eye(6, dtype=torch.float64))
        eigenvalues = torch.linalg.eigvals(w_hh).abs()
        torch.testing.assert_close(eigenvalues.max().item(), radius)
    assert (net.bias_ih_l0 == 0).all()
    assert not torch.equal(net.weight_hh_l0, net.weight_hh_l0_reverse) or radius == 0
    assert net.weight_ih_l0.abs().max() <= 6**-0.5


def test_blackboard_weights_have_one_decimal():
    net = rnnviz.build(RNNConfig(input_size=30, hidden_size=30), 2, weights="blackboard")
    values = {value for p in net.parameters() for value in p.detach().flatten().tolist()}
    tenths = torch.arange(-9, 10).double() / 10

    assert values == set(tenths.float().tolist())


def test_a_random_state_depends_on_the_seed_and_is_not_the_weights():
    first, again, other = (random_state(CONFIG, 2, seed) for seed in (3, 3, 4))

    assert first.shape == (4, 2, 4)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert first.abs().max() <= 1
    assert first.abs().mean() > 0.3


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"weights": "glorot"}, "must be one of default, zeros, .*; got 'glorot'"),
        ({"weights": "orthogonal", "spectral_radius": -1.0}, "at least 0, got -1.0"),
        ({"weights": "constant", "constant": float("inf")}, "constant must be finite, got inf"),
        ({"weights": "orthogonal", "spectral_radius": float("nan")}, "finite.*got nan"),
    ],
    ids=["name", "negative", "infinite constant", "nan"],
)
def test_unknown_names_and_sizes_are_refused(options, words):
    with pytest.raises(ValueError, match=words):
        rnnviz.build(CONFIG, **options)


def test_a_default_device_of_the_caller_does_not_matter():
    with torch.device("meta"):
        nets = [
            rnnviz.build(CONFIG, 3, weights=name)
            for name in ("default", "identity", "orthogonal", "blackboard")
        ]

    assert all(p.device.type == "cpu" for net in nets for p in net.parameters())
    assert_same(nets[0], rnnviz.build(CONFIG, 3))


def test_published_numbers_stay():
    """A link promises the same numbers in every version."""
    state = random_state(RNNConfig(input_size=1, hidden_size=3), 1, 0)

    torch.testing.assert_close(state, torch.tensor(PUBLISHED_STATE), rtol=0, atol=0)


GATED = {name: options for name, options in KINDS.items() if options}


@pytest.mark.parametrize("options", GATED.values(), ids=GATED.keys())
def test_named_weights_of_gated_nets_are_made_gate_by_gate(options):
    config = RNNConfig(input_size=3, hidden_size=4, num_layers=2, bidirectional=True, **options)
    made = {
        name: dict(rnnviz.build(config, 3, weights=name).named_parameters())
        for name in ("zeros", "identity", "orthogonal", "blackboard")
    }
    gates = config.num_gates

    assert all((p == 0).all() for p in made["zeros"].values())
    for name, p in made["identity"].items():
        blocks = p.detach().split(4)
        assert len(blocks) == (1 if "weight_hr" in name else gates)
        for block in blocks:
            expected = torch.eye(*block.shape) if p.dim() == 2 else torch.zeros(4)
            assert torch.equal(block, expected), name
    state = config.state_size
    for name, p in made["orthogonal"].items():
        if name.startswith("weight_hh"):
            blocks = p.detach().split(4)
            for block in blocks:
                torch.testing.assert_close(block.T @ block, torch.eye(state), atol=1e-5, rtol=0)
            assert not torch.equal(blocks[0], blocks[1])
        elif name.startswith("bias"):
            assert (p == 0).all()
        else:
            assert (p != 0).all()
    tenths = (torch.arange(-9, 10).double() / 10).float().tolist()
    assert all(set(p.flatten().tolist()) <= set(tenths) for p in made["blackboard"].values())


@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS.keys())
def test_random_states_are_what_the_module_takes(options):
    config = RNNConfig(
        input_size=3, hidden_size=4, num_layers=2, bidirectional=True, dtype="float64", **options
    )
    net, hx = rnnviz.build(config), random_states(config, 2, 3)
    h_0 = random_state(config, 2, 3)
    net(torch.zeros(5, 2, 3, dtype=torch.float64), hx)

    if config.kind != "LSTM":
        assert torch.equal(hx, h_0)
        return
    assert torch.equal(hx[0], h_0)
    assert hx[1].shape == (4, 2, 4)
    assert hx[1].abs().max() <= 1
    assert not torch.equal(hx[1][..., : h_0.shape[2]], h_0)
    assert torch.equal(hx[1], random_states(config, 2, 3)[1])


def test_dropout_and_projection_reach_the_module():
    config = RNNConfig(
        kind="LSTM", input_size=3, hidden_size=4, num_layers=2, proj_size=2, dropout=0.25
    )
    net = rnnviz.build(config)

    assert (net.dropout, net.proj_size, net.training) == (0.25, 2, False)
    assert rnnviz.trace(net, torch.zeros(5, 2, 3)).config == config
