"""The four steps from x to h."""

from itertools import pairwise

import pytest

from rnnviz.figures import Look, product_heatmaps
from tests.figures.conftest import maps_of, trace_of, typed_cell


def test_panels_hold_wx_wh_a_and_h(trace):
    panels = maps_of(product_heatmaps(trace, 0, "forward", sample=1))

    # h[4, 1, 2] = 0.92; wx is one more, wh two less, a the double
    assert [panel.z[2, 4] for panel in panels] == pytest.approx([1.92, -1.08, 1.84, 0.92])


def test_products_share_a_range_and_h_has_its_own(trace):
    wx, wh, a, h = maps_of(product_heatmaps(trace, 0, "forward"))

    assert [m.zmax for m in (wx, wh, a, h)] == [3.0, 3.0, 3.0, 1.0]
    assert [m.zmin for m in (wx, wh, a, h)] == [-3.0, -3.0, -3.0, -1.0]
    assert [bool(m.showscale) for m in (wx, wh, a, h)] == [True, False, False, True]


@pytest.mark.parametrize(("direction", "step"), [("forward", "t−1"), ("reverse", "t+1")])
def test_recurrent_product_names_the_state_it_reads(trace, direction, step):
    texts = [a.text for a in product_heatmaps(trace, 1, direction).layout.annotations]

    assert f"W<sub>hh</sub> h<sub>{step}</sub>" in texts
    assert any(text.startswith("h<sub>t</sub> = tanh(") for text in texts)
    assert any("b<sub>ih</sub>" in text for text in texts)


def test_no_biases_are_named_where_there_are_none():
    trace = trace_of((typed_cell(0, "forward", bias_ih=None, bias_hh=None),))

    texts = [a.text for a in product_heatmaps(trace, 0, "forward").layout.annotations]
    assert not any("b<sub>" in text for text in texts)


def test_chosen_timestep_is_framed_in_all_panels(trace):
    shapes = product_heatmaps(trace, 0, "forward", t=2).layout.shapes

    frames = [(s.xref, s.x0, s.x1) for s in shapes if s.name == "t = 2"]
    assert frames == [(x, 1.5, 2.5) for x in ("x", "x2", "x3", "x4")]


def test_panels_do_not_overlap(trace):
    layout = product_heatmaps(trace, 0, "forward", look=Look(theme="dark")).layout

    domains = [layout[name].domain for name in ("yaxis", "yaxis2", "yaxis3", "yaxis4")]
    assert all(upper[0] > lower[1] for upper, lower in pairwise(domains))
