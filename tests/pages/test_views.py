"""The choices of a view reach the player and every chart: sample, theme, range, and the warning."""

import base64
import json
from dataclasses import replace

import numpy as np
import pytest
import torch

import rnnviz
from rnnviz.engine.weights import random_state
from rnnviz.figures.theme import PALETTES
from rnnviz.inputs import noise
from rnnviz.records import Step
from rnnviz.scene.blob import pack
from rnnviz.ui import cache, views

SETTINGS = {"input": "random numbers", "steps": 6, "inputs": 3, "batch": 3, "layers": 1, "seed": 5}


def engine_run(**options):
    """The run of SETTINGS by the library."""
    config = rnnviz.RNNConfig(input_size=3, hidden_size=4, bidirectional=True)
    net = rnnviz.build(config, 5, **options)
    x = torch.from_numpy(noise(6, 3, 3, seed=5).values).float().transpose(0, 1)
    return rnnviz.trace(net, x, random_state(config, 3, 5)), net


def maps(figure):
    """The z of the coloured heatmaps of a chart, as arrays."""
    kept = [
        d
        for d in figure["data"]
        if d["type"] == "heatmap" and d.get("name") not in ("numbers", "padding")
    ]
    return [np.array(z_of(data), dtype=float) for data in kept]


def z_of(data):
    z = data["z"]
    if isinstance(z, dict):
        shape = [int(n) for n in str(z["shape"]).split(",")]
        return np.frombuffer(base64.b64decode(z["bdata"]), z["dtype"]).reshape(shape)
    return z


@pytest.mark.parametrize("sample", [0, 2])
def test_the_sample_shown_is_the_one_asked_for(visit, sample):
    page = visit(**SETTINGS, sample=sample, cell="layer 0, reverse")
    trace, net = engine_run()
    forward, reverse, beside, products, _ = page.figures()
    cell = trace.cell(0, "reverse")

    np.testing.assert_allclose(maps(forward)[0], trace.cell(0).h[:, sample].T, rtol=1e-6)
    np.testing.assert_allclose(maps(reverse)[0], cell.h[:, sample].T, rtol=1e-6)
    np.testing.assert_allclose(maps(beside)[0], trace.output[:, sample].T, rtol=1e-6)
    theirs = rnnviz.compare(trace, net).numpy()
    np.testing.assert_allclose(maps(beside)[1], theirs.output[:, sample].T, rtol=1e-6)
    for z, field in zip(maps(products), (cell.wx, cell.wh, cell.a, cell.h), strict=True):
        np.testing.assert_allclose(z, field[:, sample].T, rtol=1e-5)
    for figure in (forward, reverse, beside, products):
        assert f"sample {sample}" in json.dumps(figure["layout"]["title"])
    assert page.packed() == [pack(trace, theirs.cells, sample=sample)]
    shown = page.at.dataframe[0].value.astype(float)
    np.testing.assert_allclose(shown, cell.h[:, sample].T, rtol=1e-7)


def test_the_table_has_all_digits(visit):
    page = visit(**SETTINGS, dtype="float64", cell="layer 0, reverse")
    config = rnnviz.RNNConfig(input_size=3, hidden_size=4, bidirectional=True, dtype="float64")
    x = torch.from_numpy(noise(6, 3, 3, seed=5).values).transpose(0, 1)
    trace = rnnviz.trace(rnnviz.build(config, 5), x, random_state(config, 3, 5))

    shown = page.at.dataframe[0].value.astype(float).to_numpy()
    assert shown.tolist() == trace.cell(0, "reverse").h[:, 0].T.tolist()


def test_a_link_from_when_there_was_a_timestep_slider_still_opens(visit):
    """Its `t` decides nothing any more: where one is, the player knows."""
    page = visit(**SETTINGS, t=4)

    assert not page.at.exception
    assert page.figures() == visit(**SETTINGS).figures()
    assert page.player()["seed"] == {}


def test_the_range_of_this_run_is_its_largest_value(visit):
    largest = float(max(cell.h.abs().max() for cell in engine_run()[0].cells))
    for name, limit in (("full", 1.0), ("this run", largest)):
        page = visit(**SETTINGS, range=name)
        assert page.figures()[0]["data"][0]["zmax"] == pytest.approx(limit, rel=1e-6)
        assert page.player()["fit"] == (name == "this run")


def test_the_dark_theme_reaches_the_charts(visit, monkeypatch):
    """The player takes it from the page by itself: the browser tests look at both."""
    monkeypatch.setattr(views, "theme", lambda: "dark")
    figure = visit(**SETTINGS).figures()[0]

    assert figure["layout"]["template"]["layout"]["paper_bgcolor"] == PALETTES["dark"].surface


def test_a_run_that_does_not_match_warns_with_the_place(visit, monkeypatch):
    made = cache.make_run

    def off_by_half(settings, file, opened):
        run = made(settings, file, opened)
        result = replace(run.comparison, output_difference=0.5, first=Step(0, "reverse", 3))
        return replace(run, comparison=result)

    cache._run.clear()
    monkeypatch.setattr(cache, "make_run", off_by_half)
    page = visit(**SETTINGS)
    cache._run.clear()

    assert len(page.at.warning) == 1
    words = page.at.warning[0].value
    assert "= 5.00e-1" in words
    assert "layer 0, reverse, timestep 3" in words
    assert not any("matches torch.nn" in text.value for text in page.at.main.markdown)


@pytest.mark.parametrize(
    ("settings", "seeded"),
    [({}, True), ({"weights": "orthogonal"}, False), ({"weights": "blackboard"}, False)],
    ids=["default", "orthogonal", "blackboard"],
)
def test_the_script_writes_out_weights_that_no_seed_gives(visit, settings, seeded):
    page = visit(**SETTINGS | {"hidden": 2}, **settings)
    script = page.at.code[0].value

    assert ("torch.manual_seed(5)" in script) == seeded
    assert ("load_state_dict" in script) != seeded


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"weights": "orthogonal", "radius": 0.5}, {"weights": "orthogonal", "radius": 0.5}),
        ({"weights": "identity"}, {"weights": "identity"}),
        ({"weights": "zeros"}, {"weights": "zeros"}),
        ({"weights": "xavier"}, {"weights": "xavier"}),
        ({"weights": "he"}, {"weights": "he"}),
        ({"weights": "constant", "constant": -0.4}, {"weights": "constant", "constant": -0.4}),
    ],
    ids=lambda value: str(value.get("weights")),
)
def test_the_weights_asked_for_are_the_ones_drawn(visit, settings, expected):
    page = visit(**SETTINGS, **settings)
    options = {"spectral_radius": expected.get("radius", 1.0)}
    options["constant"] = expected.get("constant", 0.5)
    trace, _ = engine_run(weights=expected["weights"], **options)
    shown = maps(page.figures()[-1])

    np.testing.assert_allclose(shown[0], trace.cell(0).weight_ih, rtol=1e-6)
    np.testing.assert_allclose(shown[1], trace.cell(0).weight_hh, rtol=1e-6)


def test_batch_first_reaches_the_net(visit):
    page = visit(**SETTINGS, batch_first="true", hidden=2)

    assert "batch_first=True" in page.at.code[0].value


@pytest.mark.parametrize("hidden", [1, 33, 256])
def test_the_table_has_a_row_per_unit_and_a_column_per_timestep(visit, hidden):
    table = visit(hidden=hidden, text="hello" * 20).at.dataframe[0].value

    assert table.shape == (hidden, 100)
    assert table.index.name == "unit"
    assert list(table.columns)[::33] == ["t = 0", "t = 33", "t = 66", "t = 99"]
