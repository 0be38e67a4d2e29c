"""Nets out of files: found, chosen, and run as the other pages show them."""

import io

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

import rnnviz
from rnnviz.files.load import load_named
from rnnviz.limits import MAX_FILE_BYTES
from rnnviz.ui.cache import make_run
from rnnviz.ui.opened import Opened
from rnnviz.ui.settings import DEFAULTS, FROM_FILE, OF_OPENED_RUN, Settings
from rnnviz.ui.uploads import fingerprint
from tests.files.hostile import as_torch
from tests.files.test_load import Model

NETS = {
    "LSTM": nn.LSTM(3, 5, 2, bidirectional=True),
    "projected": nn.LSTM(3, 5, 2, proj_size=2, dtype=torch.float64),
    "GRU": nn.GRU(3, 5, bias=False),
}


def opened(data, name="net.pt"):
    file = load_named(name, data, max_bytes=MAX_FILE_BYTES)
    return Opened(name=name, data=data, mark=fingerprint(name, data), file=file)


def settings(file, **changes):
    chosen = {"weights": FROM_FILE, "net": file.mark, "input": "random numbers", "h0": "zeros"}
    known = {name: DEFAULTS[name] for name in Settings.__dataclass_fields__}
    return Settings(**known | chosen | changes)


@pytest.mark.parametrize("name", list(NETS))
def test_run_is_what_the_module_itself_computes(name):
    module = NETS[name]
    file = opened(as_torch(module.state_dict()))
    dtype = str(module.weight_ih_l0.dtype).removeprefix("torch.")
    run = make_run(settings(file, dtype=dtype, batch=2), ("", b""), file)

    x = torch.tensor(run.series.values, dtype=module.weight_ih_l0.dtype).transpose(0, 1)
    assert run.comparison.equal
    torch.testing.assert_close(torch.tensor(run.trace.output), module(x)[0].detach())


def test_run_out_of_a_notebook_is_the_same_in_the_app():
    module = nn.LSTM(3, 4, 2, bidirectional=True)
    hx = torch.randn(4, 3, 4), torch.randn(4, 3, 4)
    lengths = [2, 5, 3]
    packed = nn.utils.rnn.pack_padded_sequence(torch.randn(5, 3, 3), lengths, enforce_sorted=False)
    trace = rnnviz.trace(module, packed, hx)
    file = opened(rnnviz.trace_npz(trace), "run.npz")
    wanted = {"input": OF_OPENED_RUN, "h0": OF_OPENED_RUN, "lengths": "2, 5, 3"}
    run = make_run(settings(file, **wanted), ("", b""), file)

    np.testing.assert_array_equal(run.trace.h_n, trace.h_n.numpy())
    np.testing.assert_array_equal(run.trace.c_n, trace.c_n.numpy())
    np.testing.assert_array_equal(run.trace.output.data, trace.output.data.numpy())


def test_input_of_another_width_is_refused_in_words():
    file = opened(as_torch(NETS["GRU"].state_dict()))
    with pytest.raises(ValueError, match=r"net\.pt reads 3 numbers a timestep, .* input has 5"):
        make_run(settings(file, input="text"), ("", b""), file)


def test_name_that_is_not_in_the_file_is_refused_in_words():
    file = opened(as_torch(NETS["GRU"].state_dict()))
    with pytest.raises(
        ValueError, match=r"net\.pt has no such net: name must be one of ''; got 'a"
    ):
        make_run(settings(file, net_name="a"), ("", b""), file)


def test_net_without_a_run_has_no_input_of_its_own():
    file = opened(as_torch(NETS["GRU"].state_dict()))
    with pytest.raises(ValueError, match=r"net\.pt holds a net and no run"):
        make_run(settings(file, input=OF_OPENED_RUN), ("", b""), file)


def test_link_without_its_file_asks_for_it(visit):
    page = visit(weights=FROM_FILE, net="0123456789abcdef")
    (info,) = page.at.info
    assert "did not travel with it (fingerprint 0123456789abcdef)" in info.value.replace("\\", "")
    assert not page.at.exception


def test_link_without_any_file_says_where_to_open_one(visit):
    page = visit(weights=FROM_FILE)
    assert "Open a net" in page.at.info[0].value


def test_pages_show_the_opened_net(visit):
    model = Model()
    file = opened(as_torch(model))
    page = visit()
    page.at.session_state["_opened"] = file
    for name, value in {"weights": FROM_FILE, "net": file.mark, "net_name": "cell"}.items():
        page.at.session_state[name] = value
    page.at.session_state["input"] = "random numbers"
    page.at.run()

    assert not page.at.error
    assert not page.at.exception
    assert "1-layer forward-only GRU · T = 6 · batch 1 · input 3 · hidden 4" in page.captions()
    labels = {slider.label: slider for slider in page.at.sidebar.slider}
    assert (labels["Input size"].value, labels["Input size"].disabled) == (3, True)
    assert (labels["Hidden size"].value, labels["Hidden size"].disabled) == (4, True)


def test_picture_is_read_row_by_row(visit):
    file = io.BytesIO()
    pixels = np.arange(12, dtype=np.uint8).reshape(3, 4) * 20
    Image.fromarray(pixels).save(file, "PNG")
    page = visit()
    data = file.getvalue()
    mark = fingerprint("a.png", data)
    page.at.session_state["_uploaded"] = ("a.png", data, mark)
    for name, value in {"input": "file", "file": mark, "rows": 3, "columns": 4}.items():
        page.at.session_state[name] = value
    page.at.run()

    assert not page.at.error
    assert "T = 3 · batch 1 · input 4" in page.captions()
    known = {name: page.at.session_state[name] for name in Settings.__dataclass_fields__}
    run = make_run(Settings(**known), ("a.png", data))
    np.testing.assert_allclose(run.trace.cells[0].x[:, 0], pixels / 255, rtol=1e-6)


def test_broken_picture_is_told_in_words(visit):
    page = visit()
    page.at.session_state["_uploaded"] = ("a.png", b"no", fingerprint("a.png", b"no"))
    page.at.session_state["input"] = "file"
    page.at.session_state["file"] = fingerprint("a.png", b"no")
    page.at.run()

    assert "whole PNG or JPEG" in page.at.error[0].value
    assert not page.at.exception


@pytest.mark.parametrize("bidirectional", [False, True])
def test_run_of_a_stack_out_of_a_notebook_is_the_same_in_the_app(bidirectional):
    options = {"bidirectional": bidirectional, "dtype": "float64"}
    directions = 2 if bidirectional else 1
    layers = (
        rnnviz.RNNConfig(kind="LSTM", input_size=3, hidden_size=4, **options),
        rnnviz.RNNConfig(kind="GRU", input_size=4 * directions, hidden_size=2, **options),
    )
    stack = rnnviz.build(rnnviz.StackConfig(layers=layers), 1)
    trace = rnnviz.trace(stack, torch.randn(5, 2, 3, dtype=torch.float64))
    file = opened(rnnviz.trace_npz(trace), "run.npz")
    wanted = {"input": OF_OPENED_RUN, "h0": OF_OPENED_RUN, "dtype": "float64"}
    run = make_run(settings(file, **wanted), ("", b""), file)

    np.testing.assert_array_equal(run.trace.output, trace.output.numpy())
    assert run.comparison.equal and run.trace.config == trace.config
