"""The archive of a trace: the same arrays come back, and other files are refused."""

import io

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


def broken():
    net, x, h_0 = make()
    data = rnnviz.trace_npz(rnnviz.trace(net, x, h_0))
    with np.load(io.BytesIO(data)) as archive:
        arrays = dict(archive)
    del arrays["wh_l0"]
    without, pickled = io.BytesIO(), io.BytesIO()
    np.savez(without, **arrays)
    np.savez(pickled, config=np.array([{}], dtype=object))
    return {
        "empty": (b"", "must be a .npz trace"),
        "text": (b"hello", "must be a .npz trace"),
        "cut": (data[: len(data) // 2], "must be a .npz trace"),
        "missing": (without.getvalue(), "lacks 'wh_l0'"),
        "pickle": (pickled.getvalue(), "must be a .npz trace"),
    }


@pytest.mark.parametrize("name", ["empty", "text", "cut", "missing", "pickle"])
def test_other_files_are_refused(name):
    data, words = broken()[name]
    with pytest.raises(ValueError, match=words):
        rnnviz.load_trace(data)
