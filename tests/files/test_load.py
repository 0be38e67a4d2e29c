"""Nets that come out of files as they went in."""

import io
import itertools

import numpy as np
import pytest
import torch
from safetensors.torch import save
from torch import nn

import rnnviz
from tests.files.hostile import as_torch

KINDS = ("RNN", "LSTM", "GRU")
FORMATS = ("torch", "safetensors", "npz")


def written(state, kind):
    """A state_dict as the bytes of a file."""
    file = io.BytesIO()
    if kind == "torch":
        torch.save(state, file)
    elif kind == "npz":
        np.savez(file, **{name: tensor.numpy() for name, tensor in state.items()})
    else:
        return save({name: tensor.contiguous() for name, tensor in state.items()})
    return file.getvalue()


def cases():
    for kind, layers, both, bias in itertools.product(
        KINDS, (1, 2, 3), (False, True), (False, True)
    ):
        for proj in (0, 2) if kind == "LSTM" else (0,):
            yield pytest.param(
                kind, layers, both, bias, proj, id=f"{kind}-{layers}-{both}-{bias}-{proj}"
            )


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize(("kind", "layers", "both", "bias", "proj"), list(cases()))
def test_round_trip_gives_the_same_output(file_format, kind, layers, both, bias, proj):
    """Saved, loaded and traced, a net computes what the original computes in torch."""
    torch.manual_seed(layers)
    options = {"proj_size": proj} if proj else {}
    module = getattr(nn, kind)(3, 5, layers, bidirectional=both, bias=bias, **options)
    x = torch.randn(4, 2, 3)
    rows = layers * (1 + both)
    h_0, c_0 = torch.randn(rows, 2, proj or 5), torch.randn(rows, 2, 5)
    hx = (h_0, c_0) if kind == "LSTM" else h_0
    state = {f"encoder.rnn.{name}": tensor for name, tensor in module.state_dict().items()}

    loaded = rnnviz.load(written(state, file_format))

    (net,) = loaded.nets
    assert (loaded.format, net.name, loaded.broken, net.warnings) == (
        file_format,
        "encoder.rnn",
        (),
        (),
    )
    trace = rnnviz.trace(net.module(), x, hx)
    torch.testing.assert_close(trace.output, module(x, hx)[0], rtol=0, atol=1e-6)
    for name, tensor in module.state_dict().items():
        assert torch.equal(net.module().state_dict()[name], tensor)


class Encoder(nn.Module):
    """A user's model with a net inside, as people pickle whole."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(10, 4)
        self.rnn = nn.RNN(4, 5, 2, nonlinearity="relu", batch_first=True, dropout=0.25)
        self.activation = torch.tanh


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Encoder()
        self.encoder.parents = [self]
        self.cell = nn.GRUCell(3, 4)
        self.head = nn.Linear(5, 10)


def test_whole_module_says_what_weights_do_not_show(tmp_path):
    model = Model()
    torch.save(model, tmp_path / "model.pt")

    loaded = rnnviz.load(tmp_path / "model.pt")

    assert [net.name for net in loaded.nets] == ["encoder.rnn", "cell"]
    net = loaded.net("encoder.rnn")
    config = net.config
    assert (config.nonlinearity, config.batch_first, config.dropout) == ("relu", True, 0.25)
    assert net.hints.nonlinearity == "relu"
    assert list(loaded.others) == ["encoder.embedding.weight", "head.weight", "head.bias"]
    x = torch.randn(2, 3, 4)
    torch.testing.assert_close(net.module()(x)[0], model.eval().encoder.rnn(x)[0])


def test_state_dict_leaves_the_options_open(tmp_path):
    model = Model()
    torch.save({"epoch": 3, "model": model.state_dict(), "lr": [0.1]}, tmp_path / "model.ckpt")

    net = rnnviz.load(tmp_path / "model.ckpt").net("model.encoder.rnn")

    assert net.hints.nonlinearity is net.hints.batch_first is net.hints.dropout is None
    module = net.module(nonlinearity="relu", batch_first=True)
    x = torch.randn(2, 3, 4)
    torch.testing.assert_close(module(x)[0], model.eval().encoder.rnn(x)[0])


@pytest.mark.parametrize("cell", [nn.RNNCell(3, 4), nn.LSTMCell(3, 4), nn.GRUCell(3, 4)])
def test_cell_becomes_a_net_of_one_layer(cell):
    net = rnnviz.load(written(cell.state_dict(), "npz")).net()

    assert net.of_one_cell
    x = torch.randn(1, 2, 3)
    expected = cell(x[0])
    expected = expected[0] if isinstance(expected, tuple) else expected
    torch.testing.assert_close(net.module()(x)[0][0], expected)


class Shared(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.GRU(3, 4)
        self.b = self.a


def test_module_under_two_names_is_found_under_both():
    file = io.BytesIO()
    torch.save(Shared(), file)
    assert [net.name for net in rnnviz.load(file.getvalue()).nets] == ["a", "b"]


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16], ids=str)
@pytest.mark.parametrize("file_format", ["torch", "safetensors"])
def test_dtype_is_kept(dtype, file_format):
    module = nn.GRU(3, 4, dtype=dtype)
    net = rnnviz.load(written(module.state_dict(), file_format)).net()
    assert f"torch.{net.config.dtype}" == str(dtype)
    assert torch.equal(net.module().weight_hh_l0, module.weight_hh_l0)


def test_dict_that_holds_itself_is_entered_once():
    state = dict(nn.GRU(3, 4).state_dict())
    state["left"] = state["right"] = state
    assert [net.name for net in rnnviz.load(as_torch(state)).nets] == [""]


def test_arrays_of_another_byte_order_are_read():
    module = nn.GRU(3, 4)
    file = io.BytesIO()
    arrays = {name: tensor.numpy() for name, tensor in module.state_dict().items()}
    np.savez(
        file, **{name: np.asfortranarray(array.astype(">f4")) for name, array in arrays.items()}
    )
    net = rnnviz.load(file.getvalue()).net()
    assert torch.equal(net.module().weight_ih_l0, module.weight_ih_l0)


def test_nan_is_allowed_with_a_warning():
    module = nn.GRU(3, 4)
    with torch.no_grad():
        module.weight_hh_l0[:2, 1] = torch.tensor([float("nan"), float("inf")])
    net = rnnviz.load(written(module.state_dict(), "torch")).net()
    assert net.warnings == ("weight_hh_l0 holds 2 numbers that are NaN or infinite",)
    assert torch.equal(net.module().weight_hh_l0.isnan(), module.weight_hh_l0.isnan())


def test_whole_and_broken_blocks_stand_apart():
    state = {f"good.{name}": tensor for name, tensor in nn.GRU(3, 4).state_dict().items()}
    state |= {f"bad.{name}": tensor for name, tensor in nn.LSTM(3, 4, 2).state_dict().items()}
    del state["bad.weight_hh_l1"]

    loaded = rnnviz.load(written(state, "safetensors"))

    assert [net.name for net in loaded.nets] == ["good"]
    assert len(loaded.broken) == 1
    assert loaded.broken[0].startswith("'bad': weight_hh_l1 is missing, got bias_hh_l0, ")


@pytest.mark.parametrize("kind", KINDS)
def test_trace_gives_its_net_and_its_run(kind):
    module = getattr(nn, kind)(3, 4, 2, bidirectional=True, batch_first=True, dtype=torch.float64)
    trace = rnnviz.trace(module, torch.randn(2, 5, 3, dtype=torch.float64))

    loaded = rnnviz.load(rnnviz.trace_npz(trace))

    assert loaded.format == "trace"
    np.testing.assert_array_equal(loaded.trace.output, trace.output.numpy())
    again = rnnviz.trace(
        loaded.net().module(), torch.from_numpy(loaded.trace.cells[0].x).transpose(0, 1)
    )
    assert torch.equal(again.output, trace.output)


def test_trace_of_a_stack_gives_the_stack():
    stack = rnnviz.CellStack([nn.RNNCell(3, 4), nn.LSTMCell(4, 2)])
    x = torch.randn(5, 2, 3)
    trace = rnnviz.trace(stack, x)
    file = rnnviz.load(rnnviz.trace_npz(trace))

    assert file.format == "trace" and file.trace.config == trace.config
    torch.testing.assert_close(file.net().module()(x)[0], trace.output)
    assert file.heads(file.net()) == ()


def test_stack_with_a_function_of_its_own_says_what_is_not_in_the_file():
    stack = rnnviz.CellStack([nn.RNNCell(3, 4)], activations={"h": torch.sin})
    file = rnnviz.load(rnnviz.trace_npz(rnnviz.trace(stack, torch.randn(5, 2, 3))))

    with pytest.raises(ValueError, match="sin"):
        file.net().module()


def test_unknown_name_lists_those_there_are():
    state = {
        f"{name}.{key}": tensor
        for name in "ab"
        for key, tensor in nn.RNN(3, 4).state_dict().items()
    }
    loaded = rnnviz.load(written(state, "npz"))
    with pytest.raises(KeyError, match=r"one of 'a', 'b'; got 'c'"):
        loaded.net("c")
    with pytest.raises(KeyError, match=r"one of 'a', 'b'; got None"):
        loaded.net()


def test_file_that_is_not_there_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        rnnviz.load(tmp_path / "none.pt")


class Language(nn.Module):
    """Tokens through an embedding, a bidirectional LSTM and a linear head."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(5, 3)
        self.rnn = nn.LSTM(3, 4, 2, bidirectional=True)
        self.head = nn.Linear(8, 5)
        self.other = nn.Linear(3, 2)


def test_embedding_and_head_around_a_net_are_found():
    model = Language()
    file = rnnviz.load(as_torch(model.state_dict()))
    net = file.net("rnn")
    (embedding,), (head,) = file.embeddings(net), file.heads(net)

    assert embedding.name == "embed" and head.name == "head"
    assert torch.equal(embedding.weight, model.embed.weight)
    assert torch.equal(head.weight, model.head.weight) and torch.equal(head.bias, model.head.bias)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("chars", list("\n abc")),
        ("chars", "\n abc"),
        ("stoi", {token: row for row, token in enumerate("\n abc")}),
        ("itos", dict(enumerate("\n abc"))),
    ],
    ids=["list", "string", "stoi", "itos"],
)
def test_vocabulary_in_a_checkpoint_is_found(key, value):
    file = rnnviz.load(as_torch({"model": Language().state_dict(), key: value, "mode": "LSTM"}))

    assert file.vocabularies == {key: tuple("\n abc")}


@pytest.mark.parametrize(
    "value",
    [["a"], ["a", "a"], ["a", ""], ["a", 1], {"a": 0, "b": 2}, {"a": 1, "b": 2}, {"a": True}],
    ids=["one", "twice", "empty", "number", "gap", "from 1", "bool"],
)
def test_what_lists_no_rows_is_no_vocabulary(value):
    file = rnnviz.load(as_torch({"model": Language().state_dict(), "vocab": value}))

    assert file.vocabularies == {}


def test_vocabulary_of_half_a_million_words_opens():
    words = [f"word{k}" for k in range(400_000)]
    file = rnnviz.load(as_torch({"model": Language().state_dict(), "itos": words}))

    assert file.vocabularies["itos"] == tuple(words)
