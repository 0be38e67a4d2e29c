"""Every figure of LSTM and GRU nets, and of samples that are shorter than the longest."""

import json

import numpy as np
import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence

import rnnviz
from rnnviz.figures import (
    Look,
    animated_states,
    cell_comparison,
    comparison,
    hidden_heatmap,
    product_heatmaps,
    unrolled_diagram,
    weight_heatmaps,
)
from rnnviz.figures.ranges import state_scale, weight_scale
from tests.figures.conftest import maps_of, named

KINDS = {
    "LSTM": {"kind": "LSTM"},
    "projected": {"kind": "LSTM", "proj_size": 2},
    "GRU": {"kind": "GRU"},
    "RNN": {},
}
LENGTHS = (4, 6, 2)


def run(lengths=None, **options):
    """Two layers, both ways, three samples of at most six timesteps, and torch beside them."""
    options = {"hidden_size": 4, "num_layers": 2, "bidirectional": True, **options}
    net = rnnviz.build(rnnviz.RNNConfig(input_size=3, **options), 1)
    x = torch.randn(6, 3, 3, generator=torch.Generator().manual_seed(0))
    if lengths:
        x = x.transpose(0, 1) if net.batch_first else x
        x = pack_padded_sequence(x, lengths, net.batch_first, enforce_sorted=False)
    record = rnnviz.trace(net.train(), x, generator=torch.Generator().manual_seed(0))
    return record.numpy(), rnnviz.compare(record, net).numpy()


def every_figure(record, result, sample):
    place = {"layer": 1, "direction": "reverse"}
    return {
        "hidden": hidden_heatmap(record, **place, sample=sample),
        "products": product_heatmaps(record, **place, sample=sample),
        "weights": weight_heatmaps(record, **place),
        "unrolled": unrolled_diagram(record, sample=sample),
        "animated": animated_states(record, sample=sample),
        "output": comparison(record, result, sample=sample),
        "cell": cell_comparison(record, result, **place, sample=sample),
    }


@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["full", "packed"])
@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS)
def test_padding_is_absent_and_no_alarm(options, lengths):
    record, result = run(lengths, **options)
    for name, figure in every_figure(record, result, 2).items():
        padding = [data for data in figure.data if data.name == "padding"]
        wanted = lengths is not None and name not in ("weights", "unrolled")

        assert bool(padding) == wanted, name
        assert all(data.name != "marks" for data in figure.data), name
        assert "NaN" not in json.dumps(figure.layout.to_plotly_json(), default=str), name
        if wanted:
            assert {(heat.x[0], heat.x[1]) for heat in padding} == {(1.5, 5.5)}
            assert "absent: past the sample's length" in padding[0].hovertemplate
            assert "sample 2 · length 2 of 6" in figure.layout.title.subtitle.text


def test_a_real_nan_is_still_marked():
    record, _ = run(LENGTHS)
    record.cell(0).h[1, 2, 0] = np.nan
    marks = named(hidden_heatmap(record, 0, "forward", sample=2).data, "marks")

    assert (list(marks.x), list(marks.y), list(marks.text)) == ([1], [0], ["×"])


@pytest.mark.parametrize("batch_first", [False, True], ids=["time first", "batch first"])
@pytest.mark.parametrize("sample", [0, 1, 2])
def test_packed_output_is_drawn_sample_by_sample(sample, batch_first):
    record, result = run(LENGTHS, kind="GRU", batch_first=batch_first)
    ours, theirs, difference = maps_of(comparison(record, result, sample=sample))
    stop = LENGTHS[sample]
    both = np.concatenate([cell.h[:stop, sample] for cell in record.cells[2:]], axis=1).T

    np.testing.assert_array_equal(ours.z, both)
    np.testing.assert_allclose(theirs.z, both, atol=1e-6)
    assert difference.z.shape == (8, stop)
    assert f"padded output[%{{x}}, {sample}, %{{y}}]" in ours.hovertemplate


def test_a_packed_run_in_the_samples_own_order_is_drawn_too():
    """Sorted by the caller: the packed output has no indices."""
    net = rnnviz.build(rnnviz.RNNConfig(input_size=3, hidden_size=4))
    x = pack_padded_sequence(torch.randn(6, 2, 3), [6, 3])
    record = rnnviz.trace(net, x)
    shown = maps_of(comparison(record, rnnviz.compare(record, net), sample=1))[0]

    np.testing.assert_array_equal(shown.z, record.cell(0).h[:3, 1].T)


def test_a_shorter_sample_is_unrolled_over_its_own_timesteps():
    """Its reverse lanes start right of its own last one."""
    record, _ = run(LENGTHS, kind="GRU")
    figure = unrolled_diagram(record, sample=0)
    lane = named(figure.data, "layer 1, reverse")
    start = named(figure.data, "h_0 of layer 1, reverse")

    shown = record.cell(1, "reverse").h[:4, 0].T[::-1]
    np.testing.assert_array_equal(np.asarray(lane.z)[:, ::2], shown)
    assert np.mean(start.x) == pytest.approx(4)
    assert "4 timesteps · sample 0 · length 4 of 6" in figure.layout.title.subtitle.text
    assert "Unrolled GRU" in figure.layout.title.text
    forward = named(figure.data, "layer 1, forward").hovertemplate
    assert "at t = 3 also in h_n[2, 0, %{customdata}]" in forward


@pytest.mark.parametrize(
    ("kind", "open_ones", "candidate"), [("LSTM", "ifo", "g"), ("GRU", "rz", "n")]
)
def test_products_come_in_a_block_for_each_gate(kind, open_ones, candidate):
    record, _ = run(kind=kind)
    cell = record.cell(1, "reverse")
    figure = product_heatmaps(record, 1, "reverse", sample=1)
    maps = maps_of(figure)
    count = len(cell.gate_names)
    for index, values in enumerate((cell.wx, cell.wh, cell.a)):
        for k, gate in enumerate(cell.gate_names):
            heat = maps[index * count + k]
            assert heat.name == gate
            np.testing.assert_array_equal(heat.z, values[:, 1, 4 * k : 4 * k + 4].T)
            assert f"gate {gate}, hidden unit %{{customdata}}" in heat.hovertemplate
            assert list(heat.y) == [4 * k + j - 0.5 for j in range(5)]
            assert heat.customdata[:, 0].tolist() == [0, 1, 2, 3]
    shown = maps[3 * count :]
    for heat, gate in zip(shown, open_ones, strict=False):
        np.testing.assert_array_equal(heat.z, cell.gate(gate)[:, 1].T)
        assert (heat.zmin, heat.zmax) == (0, 1)
    rest = [cell.gate(candidate), *([cell.c] if kind == "LSTM" else []), cell.h]
    for heat, values in zip(shown[len(open_ones) :], rest, strict=True):
        np.testing.assert_array_equal(heat.z, values[:, 1].T)
    assert figure.layout.yaxis.ticktext == tuple(f"<b>{gate}</b>" for gate in cell.gate_names)
    lines = [shape.y0 for shape in figure.layout.shapes if shape.yref == "y"]
    assert lines == [4 * k - 0.5 for k in range(1, count)]


def test_a_legend_stands_beside_each_scale():
    figure = product_heatmaps(run(kind="LSTM")[0], 0, "forward")
    bars = [heat.colorbar.ticktext for heat in maps_of(figure) if heat.showscale]

    assert bars[1] == (" 0", " 1")
    # The candidate, c and h share ±1.
    assert bars[0][0].startswith(" −") and bars[2] == (" −1", " 0", " +1") and len(bars) == 3


def test_what_dropout_drops_is_drawn():
    record, _ = run(dropout=0.5)
    mask = maps_of(product_heatmaps(record, 0, "reverse"))[-1]

    np.testing.assert_array_equal(mask.z, record.cell(0, "reverse").dropout_mask[:, 0].T)
    assert len(maps_of(product_heatmaps(record, 1, "reverse"))) == 4


def test_weights_come_in_blocks_and_the_projection_last():
    record, _ = run(kind="LSTM", proj_size=2)
    cell = record.cell(1, "forward")
    figure = weight_heatmaps(record, 1, "forward")
    maps = maps_of(figure)
    titles = [note.text for note in figure.layout.annotations]

    assert titles == [
        "weight_ih_l1 · (16, 4)",
        "weight_hh_l1 · (16, 2)",
        "bias_ih_l1, bias_hh_l1 · (16,)",
        "weight_hr_l1 · (2, 4)",
    ]
    for k, gate in enumerate("ifgo"):
        rows = slice(4 * k, 4 * k + 4)
        np.testing.assert_array_equal(maps[k].z, cell.weight_ih[rows])
        np.testing.assert_array_equal(maps[4 + k].z, cell.weight_hh[rows])
        np.testing.assert_array_equal(maps[8 + k].z[:, 1], cell.bias_hh[rows])
        assert f"into gate {gate} of hidden unit %{{customdata}}" in maps[k].hovertemplate
    np.testing.assert_array_equal(maps[12].z, cell.weight_hr)
    assert figure.layout.xaxis.title.text == "reads layer 0: [forward 0–1 | reverse 2–3]"


def test_ranges_of_gated_nets():
    """A projected h has no bound, hence the largest of the run; W_hr counts as a weight."""
    record, _ = run(kind="LSTM", proj_size=2)
    for cell in record.cells:
        cell.weight_hr[...] = 7.0
        cell.h[...] = 2.5

    assert state_scale(record, Look()).limit == 3.0
    assert weight_scale(record, Look()).limit == 8.0
    for kind in ("LSTM", "GRU"):
        assert state_scale(run(kind=kind)[0], Look()).limit == 1.0


def test_the_comparison_says_how_c_compares():
    record, result = run(kind="LSTM")

    assert "c_n: max |difference|" in comparison(record, result).layout.title.subtitle.text
    titles = [n.text for n in cell_comparison(record, result, 0, "forward").layout.annotations]
    assert titles[2].startswith(("max |difference| of h and c = ", "difference: exactly 0"))
