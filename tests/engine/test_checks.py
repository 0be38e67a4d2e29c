"""Wrong use: the exception type torch raises for it, and words that name what was expected."""

import pytest
import torch
from torch import nn

import rnnviz

NET = nn.RNN(3, 4, num_layers=2, bidirectional=True)
X = torch.zeros(5, 2, 3)
H = torch.zeros(4, 2, 4)

# (input, hx, words of ours); torch.nn must refuse it with the same type.
LIKE_TORCH = {
    "input size": (torch.zeros(5, 2, 7), None, r"\(seq_len, batch, 3\).*got \(5, 2, 7\)"),
    "one dimension": (torch.zeros(3), None, r"got \(3,\), which has 1 dim"),
    "four dimensions": (torch.zeros(1, 5, 2, 3), None, "which has 4 dimensions"),
    "no timestep": (torch.zeros(0, 2, 3), H, "at least one timestep"),
    "input dtype": (X.double(), None, "dtype, torch.float32, got torch.float64"),
    "integers": (X.long(), None, "got torch.int64"),
    "hx batch": (X, torch.zeros(4, 3, 4), r"hx must be \(4, 2, 4\).*got \(4, 3, 4\)"),
    "hx rows": (X, torch.zeros(2, 2, 4), r"num_layers \* num_directions.*got \(2, 2, 4\)"),
    "hx size": (X, torch.zeros(4, 2, 5), r"got \(4, 2, 5\)"),
    "hx unbatched": (X, torch.zeros(4, 4), r"got \(4, 4\)"),
    "hx batched": (X[:, 0], H, r"the input being unbatched; got \(4, 2, 4\)"),
    "hx dtype": (X, H.double(), "hx must have the input's dtype, torch.float32, got torch.float64"),
    "input device": (X.to("meta"), None, "device, cpu, got meta"),
    "hx device": (X, H.to("meta"), "device, cpu, got meta"),
}


@pytest.mark.parametrize(("x", "hx", "words"), LIKE_TORCH.values(), ids=LIKE_TORCH.keys())
def test_what_torch_refuses_is_refused_with_its_type(x, hx, words):
    with pytest.raises(Exception) as theirs:
        NET(x, hx)
    with pytest.raises(theirs.type, match=words) as ours:
        rnnviz.trace(NET, x, hx)

    assert ours.type is theirs.type


# Where torch fails by accident (AttributeError), a TypeError says what it is about.
ACCIDENTS = {
    "tuple as hx": (NET, X, (H, H), "hx must be one tensor, h_0, or None; got tuple"),
    "list as input": (NET, [[1.0]], None, "input must be a torch.Tensor, got list"),
    "a Linear": (nn.Linear(3, 4), X, None, "must be a torch.nn.RNN, LSTM, .*, got Linear"),
    "a class": (nn.RNN, X, None, "must be a torch.nn.RNN, LSTM, .*, got type"),
    "complex": (nn.RNN(3, 4, dtype=torch.complex64), X, None, "got complex64"),
}


@pytest.mark.parametrize(("net", "x", "hx", "words"), ACCIDENTS.values(), ids=ACCIDENTS.keys())
def test_what_is_of_the_wrong_kind_is_a_type_error(net, x, hx, words):
    with pytest.raises(TypeError, match=words):
        rnnviz.trace(net, x, hx)


class Doubled(nn.RNN):
    """A subclass that computes something else."""

    def forward(self, input, hx=None):
        output, h_n = super().forward(input, hx)
        return 2 * output, h_n


def test_what_computes_something_else_is_refused():
    with pytest.raises(TypeError, match="a forward of its own"):
        rnnviz.trace(Doubled(3, 4), X)
    changed = nn.RNN(3, 4)
    changed.forward = lambda input, hx=None: (input, hx)
    with pytest.raises(TypeError, match="a forward of its own"):
        rnnviz.trace(changed, X)


def test_hooks_that_may_change_the_weights_are_refused():
    """The older weight_norm computes the weight anew only when the module is called."""
    net = nn.RNN(3, 4)
    with pytest.warns(FutureWarning, match="weight_norm"):
        nn.utils.weight_norm(net, "weight_hh_l0")
    with pytest.raises(NotImplementedError, match="hooks that run before each call"):
        rnnviz.trace(net, X)


def test_batch_first_is_named_in_the_message():
    net = nn.RNN(3, 4, batch_first=True)

    with pytest.raises(RuntimeError, match=r"\(batch, seq_len, 3\)"):
        rnnviz.trace(net, torch.zeros(2, 5, 4))
    with pytest.raises(RuntimeError, match="at least one timestep"):
        rnnviz.trace(net, torch.zeros(2, 0, 3))
    with pytest.raises(RuntimeError, match=r"hx must be \(1, 2, 4\)"):
        rnnviz.trace(net, torch.zeros(2, 5, 3), torch.zeros(1, 5, 4))


def test_mixed_parameters_are_refused():
    net = nn.RNN(3, 4)
    net.weight_hh_l0 = nn.Parameter(net.weight_hh_l0.detach().double())

    with pytest.raises(RuntimeError, match=r"one dtype on one device.*float32.*float64"):
        rnnviz.trace(net, X)


def test_the_size_is_known_before_anything_is_allocated():
    """A record of 20 TB is refused at once, with its bytes and what to lower."""
    net = nn.RNN(1, 2, device="meta")
    net.hidden_size = 10**6
    x = torch.zeros(1, device="meta").expand(10**3, 10**3, 1)
    with pytest.raises(ValueError, match=r"20,008,016,000,000 bytes.*lower seq_len=1000"):
        rnnviz.trace(net, x)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("bidirectional", [True, False])
@pytest.mark.parametrize("num_layers", [1, 2, 3])
def test_the_size_that_is_checked_is_the_size_of_the_record(num_layers, bidirectional, bias):
    net = nn.RNN(3, 4, num_layers, bias=bias, bidirectional=bidirectional)
    trace = rnnviz.trace(net, X)

    assert rnnviz.trace(net, X, max_bytes=trace.nbytes).nbytes == trace.nbytes
    with pytest.raises(ValueError, match=f"{trace.nbytes:,} bytes"):
        rnnviz.trace(net, X, max_bytes=trace.nbytes - 1)


LSTM = nn.LSTM(3, 4, num_layers=2, bidirectional=True, proj_size=2)
H_0, C_0 = torch.zeros(4, 2, 2), torch.zeros(4, 2, 4)
# (input, hx, words of ours); torch's LSTM must refuse it with the same type.
LSTM_LIKE_TORCH = {
    "exchanged": (X, (C_0, H_0), r"h_0 must be \(4, 2, 2\).*proj_size\); got \(4, 2, 4\)"),
    "h_0 batch": (X, (torch.zeros(4, 3, 2), C_0), r"h_0 must be .*got \(4, 3, 2\)"),
    "c_0 batch": (X, (H_0, torch.zeros(4, 3, 4)), r"c_0 must be .*got \(4, 3, 4\)"),
    "c_0 size": (X, (H_0, H_0), r"c_0 must be \(4, 2, 4\).*hidden_size\); got \(4, 2, 2\)"),
    "c_0 rows": (X, (H_0, C_0[:2]), r"c_0 must be .*num_layers \* num_directions"),
    "unbatched": (X[:, 0], (H_0, C_0), "the input being unbatched"),
    "h_0 dtype": (X, (H_0.double(), C_0), "h_0 must have the input's dtype, torch.float32"),
    "c_0 dtype": (X, (H_0, C_0.double()), "c_0 must have the input's dtype, torch.float32"),
    "c_0 device": (X, (H_0, C_0.to("meta")), "c_0 must be on the input's device, cpu, got meta"),
    "input size": (torch.zeros(5, 2, 7), None, r"\(seq_len, batch, 3\).*got \(5, 2, 7\)"),
    "input dtype": (X.double(), None, "dtype, torch.float32, got torch.float64"),
    "one dimension": (torch.zeros(3), None, r"got \(3,\), which has 1 dim"),
}


@pytest.mark.parametrize(("x", "hx", "words"), LSTM_LIKE_TORCH.values(), ids=LSTM_LIKE_TORCH.keys())
def test_what_an_lstm_refuses_is_refused_with_its_type(x, hx, words):
    with pytest.raises(Exception) as theirs:
        LSTM(x, hx)
    with pytest.raises(theirs.type, match=words) as ours:
        rnnviz.trace(LSTM, x, hx)

    assert ours.type is theirs.type


@pytest.mark.parametrize(
    ("hx", "words"),
    [
        (H_0, "got Tensor"),
        ((H_0,), "got tuple of Tensor"),
        ((H_0, C_0, C_0), "got tuple of Tensor, Tensor, Tensor"),
        ((H_0, None), "got tuple of Tensor, NoneType"),
        ((), "got tuple of nothing"),
        (3, "got int"),
    ],
    ids=["tensor", "one", "three", "none", "empty", "number"],
)
def test_an_lstm_takes_two_states(hx, words):
    with pytest.raises(TypeError, match=rf"two tensors, \(h_0, c_0\), or None; {words}\."):
        rnnviz.trace(LSTM, X, hx)


def test_a_gru_takes_one_state():
    with pytest.raises(TypeError, match="one tensor, h_0, or None; got tuple of Tensor, Tensor"):
        rnnviz.trace(nn.GRU(3, 4), X, (H, H))
    with pytest.raises(RuntimeError, match=r"hx must be \(1, 2, 4\).*got \(4, 2, 4\)"):
        rnnviz.trace(nn.GRU(3, 4), X, H)
    with pytest.raises(RuntimeError, match="hx must have the input's dtype"):
        rnnviz.trace(nn.GRU(3, 4), X, H[:1].double())


class DoubledCell(nn.LSTMCell):
    """A subclass that computes something else."""

    def forward(self, input, hx=None):
        h, c = super().forward(input, hx)
        return 2 * h, c


class Renamed(nn.LSTM):
    """A subclass that computes the same."""


def test_subclasses_are_told_apart_by_their_forward():
    with pytest.raises(TypeError, match=r"torch.nn.LSTMCell does, but has a forward of its own"):
        rnnviz.trace(DoubledCell(3, 4), X[0])

    assert rnnviz.trace(Renamed(3, 4), X).config.kind == "LSTM"
