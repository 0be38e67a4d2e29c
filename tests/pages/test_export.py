"""The page of exports: what it says of each file, and that the files are of this run."""

import csv
import io
import zipfile
from urllib.parse import parse_qs, urlsplit

import numpy as np
import openpyxl
import pandas as pd
import pytest
import torch
from safetensors.numpy import load

import rnnviz
from rnnviz.exports import foreseen, workbook
from rnnviz.limits import MAX_EDITS_CHARS
from rnnviz.ui import export_data, export_link, export_player, export_workbook, scripts
from rnnviz.ui.export_view import SECTIONS
from tests.pages.conftest import traced

EXPORT = "../../pages/share/export.py"
MAKERS = (export_data, export_link, export_player, export_workbook, scripts)


@pytest.fixture
def export(visit, monkeypatch):
    """Opens a section; gives the page, and by its name each file that is offered."""
    offered = {}

    def offer(_place, _label, make, name, _help):
        offered[name] = make

    for module in MAKERS:
        monkeypatch.setattr(module, "file_button", offer)

    def rerun(page):
        offered.clear()
        page.at.run()
        assert not page.at.exception

    def open_section(section="Data", change=None, **settings):
        page = visit(**settings)
        page.at.switch_page(EXPORT)
        page.at.query_params["section"] = section
        rerun(page)
        if change:
            change(page.at)
            rerun(page)
        return page, dict(offered)

    return open_section


def words(page):
    return " ".join(text.value for text in page.at.main.markdown)


def said(page):
    """Every message on the page, without the marks that keep Markdown from reading it."""
    boxes = [*page.at.main.warning, *page.at.main.error]
    return " ".join(box.value for box in boxes).replace("\\", "")


def select(at, label, values):
    (box,) = [one for one in at.main.multiselect if one.label == label]
    box.set_value(values)


def drag(at, label, *span):
    (slider,) = [one for one in at.main.slider if one.label == label]
    slider.set_value(span)


def codes(page):
    return [block.value for block in page.at.main.code]


def test_every_section_opens(export):
    """By its name in the link, each alone."""
    made = {section.name: set(export(section.name)[1]) for section in SECTIONS}

    assert made["Data"] > {"rnnviz-trace.npz", "rnnviz-table.csv", "rnnviz-weights.pt"}
    assert made["Workbook"] == {"rnnviz-workbook.xlsx"}
    assert made["Player"] == {"rnnviz-player.html", "rnnviz-view.html"}
    assert made["Code"] == {"rnnviz-net.py"}
    assert made["Link"] == {"rnnviz-link.svg"}


def test_the_whole_run_is_taken_away(export):
    _, files = export(kind="LSTM", seed=3)
    trace = rnnviz.load_trace(files["rnnviz-trace.npz"]())
    arrays = load(files["rnnviz-trace.safetensors"]())
    weights = torch.load(io.BytesIO(files["rnnviz-weights.pt"]()), weights_only=True)

    assert trace.config.kind == "LSTM"
    np.testing.assert_array_equal(arrays["h_l1_reverse"], trace.cell(1, "reverse").h)
    np.testing.assert_array_equal(weights["weight_hh_l1"], trace.cell(1, "forward").weight_hh)


def test_a_table_holds_what_was_chosen(export):
    def choose(at):
        select(at, "Layers", [1])
        select(at, "Directions", ["reverse"])
        select(at, "Quantities", ["h", "a"])
        drag(at, "Timesteps", 1, 3)
        drag(at, "Units", 2, 3)

    page, files = export(change=choose)
    table = pd.read_csv(io.BytesIO(files["rnnviz-table.csv"]()))
    same = pd.read_parquet(io.BytesIO(files["rnnviz-table.parquet"]()))
    preview = page.at.main.dataframe[0].value

    assert len(table) == len(same) == 2 * 3 * 2
    assert "**12 rows**" in words(page)
    assert set(table["layer"]) == {1}
    assert set(table["quantity"]) == set(same["quantity"]) == {"a", "h"}
    assert sorted(set(table["t"])) == [1, 2, 3]
    assert sorted(set(table["unit"])) == [2, 3]
    assert list(table["token"][:2]) == ["e", "e"]
    assert list(preview.columns) == list(table.columns)
    np.testing.assert_array_equal(preview["value"].astype(float), table["value"][:8])


def test_the_tokens_can_be_left_out(export):
    def choose(at):
        at.toggle(key="_export_tokens").set_value(False)

    _, files = export(change=choose)
    assert "token" not in files["rnnviz-table.csv"]().decode().splitlines()[0]
    _, files = export(input="sine waves")
    assert "token" not in files["rnnviz-table.csv"]().decode().splitlines()[0]


def test_one_of_everything_can_be_exported(export):
    """Of one layer, timestep, sample and unit there is nothing to choose."""
    settings = {"layers": 1, "direction": "forward only", "hidden": 1, "steps": 1, "inputs": 1}
    page, files = export(input="random numbers", **settings)

    assert len(list(csv.reader(io.StringIO(files["rnnviz-table.csv"]().decode())))) > 5
    assert all(slider.disabled for slider in page.at.main.slider)


def test_too_many_rows_are_told_before_any_is_made(export, monkeypatch):
    monkeypatch.setattr(foreseen, "MAX_CSV_ROWS", 100)
    page, files = export()
    assert "No CSV: The table would have 506 rows, more than the 100 allowed: narrow" in said(page)
    assert "rnnviz-table.parquet" in files
    assert "rnnviz-table.csv" not in files


def test_samples_of_different_lengths_and_a_selection_without_numbers(export):
    def choose(at):
        select(at, "Samples", [1])
        drag(at, "Timesteps", 4, 4)

    page, files = export(change=choose, batch=3, lengths="5, 2, 4")

    assert "The selection must hold a number" in said(page)
    assert "rnnviz-table.csv" not in files
    assert "rnnviz-trace.npz" in files


def test_the_workbook_is_of_the_sample_shown(export):
    page, files = export("Workbook", batch=3, sample=2, input="random numbers")
    book = openpyxl.load_workbook(io.BytesIO(files["rnnviz-workbook.xlsx"]()))

    assert "formulas** of sample 2" in words(page)
    assert {"README", "weights", "input", "check"} <= set(book.sheetnames)


def test_a_workbook_too_large_is_refused_with_what_to_lower(export, monkeypatch):
    monkeypatch.setattr(workbook, "MAX_FORMULAS", 100)
    page, files = export("Workbook")

    assert "100 are possible; lower seq_len, hidden_size or num_layers." in said(page)
    assert files == {}


@pytest.mark.parametrize("bidirectional", [True, False], ids=["both ways", "one way"])
def test_the_player_is_as_chosen(export, bidirectional):
    def choose(at):
        at.text_input(key="_export_title").set_value("<b>Lecture")
        at.segmented_control(key="_export_theme").set_value("dark")
        select(at, "Leave out", ["code", "strip"])

    ways = "bidirectional" if bidirectional else "forward only"
    page, files = export("Player", change=choose, at="1.forward.4.3", direction=ways)
    (frame, lines) = codes(page)
    html = files["rnnviz-player.html"]()

    assert "<title>&lt;b&gt;Lecture</title>" in html
    assert '"theme":"dark","hide":["code","strip"],"seed":{"at":"1.forward.4.3"}' in html
    assert 'src="rnnviz-player.html"' in frame
    assert "theme='dark', hide=['code', 'strip'], title='<b>Lecture', start='at=1.f" in lines


@pytest.mark.parametrize(
    ("changes", "drawn"),
    [
        ({}, True),
        ({"edits": "weight_hh_l0[1,2]=0.5"}, False),
        ({"weights": "orthogonal"}, False),
        ({"weights": "toggles"}, False),
    ],
    ids=["default", "edited", "orthogonal", "example"],
)
def test_the_player_draws_the_weights_that_its_seed_gives(export, changes, drawn):
    _, files = export("Player", seed=3, **changes)
    found = '"drawn":{"seed":3,' in files["rnnviz-player.html"]()

    assert found is drawn


def test_without_the_wrong_order_the_file_is_smaller(export):
    def choose(at):
        at.toggle(key="_export_wrong").set_value(False)

    _, files = export("Player")
    _, less = export("Player", change=choose)
    assert len(less["rnnviz-player.html"]()) < len(files["rnnviz-player.html"]())


def test_the_wrong_order_is_offered_where_it_can_be_run(export):
    page, files = export("Player", batch=3, lengths="5, 2, 4")

    assert "_export_wrong" not in [one.key for one in page.at.main.toggle]
    assert "<!doctype html>" in files["rnnviz-player.html"]()


def test_the_lines_for_a_notebook_run(export, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page, _ = export("Player", at="1.reverse.4.3", batch=2, sample=1, hide="map")
    _, files = export("Data", batch=2)
    (tmp_path / "rnnviz-trace.npz").write_bytes(files["rnnviz-trace.npz"]())
    shown = {}
    code = codes(page)[1].replace(
        "rnnviz.show(rnnviz.load", "shown['page'] = rnnviz.show(rnnviz.load"
    )
    exec(code, {"shown": shown})

    assert "sample=1" in code
    assert '"hide":["map"],"seed":{"at":"1.reverse.4.3"}' in shown["page"].html


def test_a_player_too_large_is_refused(export, monkeypatch):
    monkeypatch.setattr(export_player, "PAGE_MAX_BYTES", 1000)
    page, files = export("Player")

    assert "more than the 1 kB that a browser opens at once: leave the wrong order" in said(page)
    assert "rnnviz-player.html" not in files


def test_the_script_is_that_of_the_step_page(export, visit):
    page, files = export("Code", kind="GRU")

    assert codes(page) == [files["rnnviz-net.py"]().strip()]
    assert codes(visit(kind="GRU"))[-1] == codes(page)[0]


def test_weights_without_a_seed_may_lie_beside_the_script(export):
    """Written out they would be most of it."""
    page, files = export("Code", weights="orthogonal")
    with zipfile.ZipFile(io.BytesIO(files["rnnviz-net.zip"]())) as archive:
        beside = archive.read("net.py").decode()

    assert codes(page) == [files["rnnviz-net.py"]().strip()]
    assert len(beside.splitlines()) < 60 < len(codes(page)[0].splitlines())


def test_a_net_that_makes_no_script_says_why(export):
    page, files = export("Code", dropout=0.5, training="true")

    assert files == {}
    assert "dropout" in page.captions()
    assert not [one for one in page.at.main.markdown if "in plain torch" in one.value]
    written, _ = export("Code")
    assert [one for one in written.at.main.markdown if "in plain torch" in one.value]


def test_the_link_holds_settings_and_moment(export):
    there = {"kind": "LSTM", "seed": "7", "at": "1.reverse.4.3", "order": "time-first"}
    page, files = export("Link", **there, hide="code")
    link = urlsplit(codes(page)[0])

    assert link.path.endswith("/")
    assert "export" not in link.path
    found = {name: values[0] for name, values in parse_qs(link.query).items()}
    assert found == there | {"hide": "code"}
    assert "layer 1, reverse, t = 4, unit 3" in words(page)
    assert files["rnnviz-link.svg"]().startswith("<svg")


@pytest.mark.parametrize(
    "at",
    ["9.reverse.4.3", "1.reverse.99.3", "1.reverse.4.99", "<b>", "1.sideways.4.3", "1.reverse.4.٣"],
)
def test_a_moment_that_is_not_there_is_the_start(export, at):
    page, files = export("Link", at=at)
    assert "at=" not in codes(page)[0]
    assert "where everyone starts" in words(page)
    page, files = export("Player", at=at)
    assert '"seed":{}' in files["rnnviz-player.html"]()


def test_a_link_too_long_for_a_code_says_so(export):
    edits = "; ".join(f"x[0,0,{i % 5}]=0.123456789" for i in range(140))
    assert len(edits) < MAX_EDITS_CHARS
    page, files = export("Link", edits=edits)

    assert "No QR code: Text has" in said(page)
    assert files == {}
    assert "edits=" in codes(page)[0]


def test_other_nets_are_exported_too(export, run_of):
    run_of(*traced("LSTM", packed=True))
    for section in SECTIONS:
        page, files = export(section.name)
        for make in files.values():
            assert make()
        assert not page.at.exception


def test_a_chart_leads_here_with_its_name(visit):
    page = visit()
    links = [link.proto for link in page.at.main.get("page_link")]
    queries = [parse_qs(link.query_string) for link in links if link.page == "export"]
    charts = [query["chart"][0] for query in queries if query]

    assert charts[:2] == ["hidden_1_forward", "hidden_1_reverse"]
    assert "comparison" in charts
    assert {} in queries
