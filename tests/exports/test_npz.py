"""The archive of a trace: the same arrays come back, and other files are refused."""

import io
import json

import numpy as np
import pytest
import torch

import rnnviz
from tests.engine.test_forward import make


@pytest.mark.parametrize("unbatched", [False, True])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_trace_comes_back_bit_by_bit(bidirectional, bias, unbatched, tmp_path):
    net, x, h_0 = make(num_layers=2, bidirectional=bidirectional, bias=bias, unbatched=unbatched)
    trace = rnnviz.trace(net, x, h_0).numpy()
    data = rnnviz.trace_npz(trace)
    path = tmp_path / "trace.npz"
    path.write_bytes(data)
    for back in (rnnviz.load_trace(data), rnnviz.load_trace(path)):
        assert (back.config, back.batched) == (trace.config, trace.batched)
        np.testing.assert_array_equal(back.output, trace.output)
        np.testing.assert_array_equal(back.h_n, trace.h_n)
        for cell, original in zip(back.cells, trace.cells, strict=True):
            assert (cell.layer, cell.direction) == (original.layer, original.direction)
            pairs = dict(cell.arrays()), dict(original.arrays())
            assert pairs[0].keys() == pairs[1].keys()
            for name, array in pairs[1].items():
                assert pairs[0][name].dtype == array.dtype
                np.testing.assert_array_equal(pairs[0][name], array)
        assert rnnviz.compare(back, net).equal


def test_the_names_are_torchs_and_the_readme_says_the_layout():
    net, x, h_0 = make(torch.float32, num_layers=2, bidirectional=True)
    trace = rnnviz.trace(net, x, h_0)
    with np.load(io.BytesIO(rnnviz.trace_npz(trace)), allow_pickle=False) as archive:
        names = set(archive)
        for name, value in net.state_dict().items():
            np.testing.assert_array_equal(archive[name], value)
        np.testing.assert_array_equal(archive["x_l0"], x)
        np.testing.assert_array_equal(archive["h_0"], h_0)
        np.testing.assert_array_equal(archive["h_l1_reverse"], trace.cell(1, "reverse").h)
        readme = str(archive["README"])
        assert archive["lengths"].tolist() == [5, 5]

    assert {"wx_l0_reverse", "wh_l0", "a_l1", "output", "h_n", "config", "x_l1"} <= names
    assert "row t is position t" in readme


def test_bfloat16_is_stored_as_float32():
    net, x, h_0 = make(torch.bfloat16)
    trace = rnnviz.trace(net, x, h_0)
    back = rnnviz.load_trace(rnnviz.trace_npz(trace))

    assert back.config.dtype == "bfloat16"
    np.testing.assert_array_equal(back.output, trace.output.float())


def archive_of(change=None):
    """The bytes of a trace whose arrays were changed."""
    net, x, h_0 = make(num_layers=2, bidirectional=True)
    with np.load(io.BytesIO(rnnviz.trace_npz(rnnviz.trace(net, x, h_0)))) as archive:
        arrays = dict(archive)
    if change is not None:
        change(arrays)
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def config_with(**fields):
    def change(arrays):
        arrays["config"] = np.array(json.dumps(json.loads(str(arrays["config"])) | fields))

    return change


def plain_npy():
    file = io.BytesIO()
    np.save(file, np.zeros(3))
    return file.getvalue()


BROKEN = {
    "empty": (b"", "must be a .npz trace"),
    "text": (b"hello", "must be a .npz trace"),
    "cut": (archive_of()[:2000], "must be a .npz trace"),
    "a .npy": (plain_npy(), "must be a .npz trace"),
    "missing": (archive_of(lambda a: a.pop("wh_l0")), "lacks .*wh_l0"),
    "a pickle": (
        archive_of(lambda a: a.update(h_n=np.array([{}], dtype=object))),
        "must be a .npz trace",
    ),
    "shape": (
        archive_of(lambda a: a.update(h_l0=a["h_l0"][:3])),
        r"h_l0 must be \(5, 2, 4\) of float64, got \(3, 2, 4\)",
    ),
    "text as numbers": (
        archive_of(lambda a: a.update(a_l1=a["a_l1"].astype(str))),
        "a_l1 must be .* of float64, got .* of <U32",
    ),
    "complex": (archive_of(lambda a: a.update(h_n=a["h_n"] + 0j)), "h_n must be"),
    "other dtype": (archive_of(config_with(dtype="float32")), "output must be .* of float32"),
    "fewer layers": (archive_of(config_with(num_layers=1)), "h_0 must have 2 rows|h_n must be"),
    "more layers": (archive_of(config_with(num_layers=3)), "h_0 must have 6 rows, got 4"),
    "many layers": (archive_of(config_with(num_layers=30_000_000)), "must hold 30000000 layers"),
    "other size": (archive_of(config_with(hidden_size=99)), "must be"),
    "no JSON": (archive_of(lambda a: a.update(config=np.array("{"))), "JSON object of RNNConfig"),
    "deep JSON": (
        archive_of(lambda a: a.update(config=np.array("[" * 10**5))),
        "JSON object of RNNConfig",
    ),
}


@pytest.mark.parametrize(("data", "words"), BROKEN.values(), ids=BROKEN.keys())
def test_other_files_are_refused(data, words):
    with pytest.raises(ValueError, match=words):
        rnnviz.load_trace(data)


def test_the_size_is_checked_before_anything_is_unpacked():
    data = archive_of(lambda a: a.update(bomb=np.zeros(2 * 10**7)))
    assert len(data) < 10**6

    with pytest.raises(ValueError, match=r"would take 160,\d+,\d+ bytes unpacked"):
        rnnviz.load_trace(data, max_bytes=10**7)


def test_what_is_not_expected_is_not_read():
    pickled = np.array([{}], dtype=object)

    assert rnnviz.load_trace(archive_of(lambda a: a.update(extra=pickled))).seq_len == 5


def test_flipped_bytes_give_a_trace_or_our_own_error():
    data = bytearray(archive_of())
    generator = np.random.default_rng(0)
    for _ in range(400):
        flipped = data.copy()
        for place in generator.integers(len(data), size=3):
            flipped[place] ^= 1 << int(generator.integers(8))
        try:
            assert rnnviz.load_trace(bytes(flipped)).seq_len == 5
        except ValueError as error:
            assert len(str(error)) < 300


def test_a_path_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(FileNotFoundError):
        rnnviz.load_trace(tmp_path / "no.npz")


KINDS = {
    "RNN": {},
    "GRU": {"kind": "GRU"},
    "LSTM": {"kind": "LSTM"},
    "LSTM projected": {"kind": "LSTM", "proj_size": 2},
}


def assert_same_record(back, trace):
    assert (back.config, back.batched, back.lengths) == (trace.config, trace.batched, trace.lengths)
    results = (("h_n", back.h_n, trace.h_n), ("c_n", back.c_n, trace.c_n))
    if trace.is_packed:
        results += tuple(zip(trace.output._fields, back.output, trace.output, strict=True))
    else:
        results += (("output", back.output, trace.output),)
    for name, ours, theirs in results:
        assert ours is theirs is None or ours.dtype == theirs.dtype, name
        np.testing.assert_array_equal(ours, theirs)
    for cell, original in zip(back.cells, trace.cells, strict=True):
        assert (cell.kind, cell.lengths) == (original.kind, original.lengths)
        pairs = dict(cell.arrays()), dict(original.arrays())
        assert pairs[0].keys() == pairs[1].keys()
        for name, array in pairs[1].items():
            np.testing.assert_array_equal(pairs[0][name], array)


@pytest.mark.parametrize("layout", ["batched", "batch_first", "unbatched", "packed", "in order"])
@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no-bias"])
@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS.keys())
def test_every_kind_and_layout_comes_back(options, bias, layout):
    net, x, hx = make(
        num_layers=2,
        bidirectional=True,
        bias=bias,
        dropout=0.5,
        unbatched=layout == "unbatched",
        batch_first=layout == "batch_first",
        **options,
    )
    if layout == "packed":
        x = torch.nn.utils.rnn.pack_sequence([x[:3, 0], x[:, 1]], enforce_sorted=False)
    elif layout == "in order":
        x = torch.nn.utils.rnn.pack_sequence([x[:, 0], x[:2, 1]])
    for training in (True, False):
        trace = rnnviz.trace(net.train(training), x, hx).numpy()
        back = rnnviz.load_trace(rnnviz.trace_npz(trace))

        assert_same_record(back, trace)
        assert rnnviz.compare(back, net).equal


@pytest.mark.parametrize("unbatched", [False, True])
@pytest.mark.parametrize("kind", [torch.nn.RNNCell, torch.nn.GRUCell, torch.nn.LSTMCell])
def test_a_single_cell_comes_back(kind, unbatched):
    module = kind(3, 4)
    trace = rnnviz.trace(module, torch.randn(3) if unbatched else torch.randn(2, 3)).numpy()
    back = rnnviz.load_trace(rnnviz.trace_npz(trace))

    assert_same_record(back, trace)
    assert rnnviz.compare(back, module).equal


def test_a_file_from_before_there_were_kinds_is_read():
    new = {"kind", "proj_size", "dropout"}

    def older(arrays):
        config = json.loads(str(arrays["config"]))
        assert new <= config.keys()
        kept = {name: value for name, value in config.items() if name not in new}
        arrays["config"] = np.array(json.dumps(kept))

    back = rnnviz.load_trace(archive_of(older))

    assert (back.config.kind, back.lengths, back.c_n) == ("RNN", None, None)
    assert rnnviz.compare(back, make(num_layers=2, bidirectional=True)[0]).equal


def archive_of_packed(change):
    net, x, hx = make(kind="LSTM", num_layers=2, dropout=0.5)
    x = torch.nn.utils.rnn.pack_sequence([x[:3, 0], x[:, 1]], enforce_sorted=False)
    trace = rnnviz.trace(net.train(), x, hx)
    with np.load(io.BytesIO(rnnviz.trace_npz(trace))) as archive:
        arrays = dict(archive)
    change(arrays)
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


BROKEN_PACKED = {
    "no gates": (lambda a: a.pop("gates_l1"), "lacks .*gates_l1"),
    "no c_0": (lambda a: a.pop("c_0"), "lacks .*c_0"),
    "fewer c_0": (lambda a: a.update(c_0=a["c_0"][:1]), "must have 2 rows, got 1"),
    "c_n": (lambda a: a.update(c_n=a["c_n"][0]), r"c_n must be \(2, 2, 4\)"),
    "gates": (lambda a: a.update(gates_l0=a["gates_l0"][..., :4]), "gates_l0 must be"),
    "mask": (lambda a: a.update(dropout_mask_l0=a["h_l0"][0]), "dropout_mask_l0 must be"),
    "lengths": (lambda a: a.update(lengths=np.array([3, 4])), "output must be"),
    "long": (lambda a: a.update(lengths=np.array([3, 10**9])), "output must be"),
    "fewer lengths": (lambda a: a.update(lengths=np.array([8])), "fit lengths"),
    "sizes": (lambda a: a.update(batch_sizes=a["batch_sizes"] + 1), "fit lengths"),
    "order": (lambda a: a.update(sorted_indices=np.array([0, 0])), "fit lengths"),
    "inverse": (lambda a: a.update(unsorted_indices=np.array([0, 1])), "fit lengths"),
    "no inverse": (lambda a: a.pop("unsorted_indices"), "fit lengths"),
    "text": (lambda a: a.update(lengths=np.array(["3", "5"])), "fit lengths"),
    "matrix": (lambda a: a.update(batch_sizes=a["batch_sizes"][None]), "fit lengths"),
    "other kind": (config_with(kind="GRU"), "must be|lacks"),
}


@pytest.mark.parametrize(("change", "words"), BROKEN_PACKED.values(), ids=BROKEN_PACKED.keys())
def test_other_packed_files_are_refused(change, words):
    with pytest.raises(ValueError, match=words):
        rnnviz.load_trace(archive_of_packed(change))


def test_what_was_held_comes_back():
    clamps = [
        rnnviz.Clamp(quantity="f", layer=0, start=1, stop=3, unit=2, value=0.1),
        rnnviz.Clamp(quantity="h", layer=0, value="hold"),
    ]
    trace = rnnviz.trace(torch.nn.LSTM(3, 4), torch.randn(5, 2, 3), clamps=clamps)
    loaded = rnnviz.load_trace(rnnviz.trace_npz(trace))

    assert loaded.clamps == trace.clamps and len(loaded.clamps) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[{"quantity": "h", "layer": 7, "value": 0}]', "no such cell"),
        ('[{"quantity": "q", "layer": 0, "value": 0}]', "quantity must be one of"),
        ('[{"exec": 1}]', "clamps must say what was held"),
        ("[", "clamps must say what was held"),
        ("3", "clamps must say what was held"),
        ('["a"]', "clamps must say what was held"),
    ],
)
def test_holds_that_have_no_place_are_refused(text, words):
    trace = rnnviz.trace(torch.nn.LSTM(3, 4), torch.randn(5, 2, 3))
    arrays = dict(np.load(io.BytesIO(rnnviz.trace_npz(trace))))
    file = io.BytesIO()
    np.savez_compressed(file, **arrays, clamps=np.array(text))

    with pytest.raises(ValueError, match=words):
        rnnviz.load_trace(file.getvalue())
