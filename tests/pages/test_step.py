"""The first page: every preset and every option gives a run that matches torch.nn."""

import io
import json
from hashlib import blake2b

import numpy as np
import pytest
import torch

import rnnviz
from rnnviz.scene.blob import Words, pack
from rnnviz.ui.presets import PRESETS
from rnnviz.ui.settings import DRAWN_WEIGHTS, EXAMPLE_WEIGHTS
from rnnviz.ui.uploads import fingerprint


def assert_matches(visit, words="", judge="torch.nn"):
    """No error, a small difference in the caption, and the words of the net."""
    assert not visit.at.exception
    assert [error.value for error in visit.at.error] == []
    assert [warning.value for warning in visit.at.warning] == []
    assert f"matches {judge}" in " ".join(text.value for text in visit.at.main.markdown)
    assert words in visit.captions()


def test_first_screen(visit):
    page = visit()

    assert_matches(page, "2-layer bidirectional tanh RNN · T = 5 · batch 1 · input 5 · hidden 4")
    assert page.at.title[0].value == "Step through"
    assert sum(title.startswith("Hidden state") for title in page.titles()) == 4
    sent = [component.proto.component_name for component in page.at.get("bidi_component")]
    assert sent == ["rnnviz_core", "rnnviz_carrier", "rnnviz_player"]
    assert page.player() == {
        "name": "player",
        "run": page.packed()[0][:8].hex(),
        "wrong": None,
        "fit": False,
        "hide": [],
        "opened": None,
        "tell": False,
        "edits": {"edited": [], "undo": False, "redo": False, "error": None},
        "seed": {},
        "linked": True,
    }


@pytest.mark.parametrize("name", PRESETS)
def test_each_preset_runs_and_can_be_undone(visit, name):
    page = visit(layers=3, seed=9)
    page.at.selectbox(key="preset").set_value(name).run()
    if name == next(iter(PRESETS)):
        # It is chosen already, so choosing it again is no change; there is a button for that.
        next(button for button in page.at.button if button.label == "Reset").click().run()
    own = {"sigmoid", "tanh"} & PRESETS[name].settings.keys()
    assert_matches(page, judge="plain torch" if own else "torch.nn")
    for key, value in PRESETS[name].settings.items():
        assert page.at.session_state[key] == value
    assert page.at.session_state["seed"] == 0
    next(button for button in page.at.button if button.label == "Undo").click().run()

    assert_matches(page, "3-layer bidirectional")
    assert page.at.session_state["seed"] == 9


@pytest.mark.parametrize("weights", [*DRAWN_WEIGHTS, *EXAMPLE_WEIGHTS])
def test_each_kind_of_weights_runs(visit, weights):
    assert_matches(visit(weights=weights))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"direction": "forward only"}, "forward-only"),
        ({"activation": "relu", "bias": "false"}, "relu RNN · no bias"),
        ({"h0": "zeros", "batch_first": "true", "batch": 3}, "batch 3"),
        ({"dtype": "float64"}, "float64"),
        ({"dtype": "bfloat16"}, "bfloat16"),
        ({"dtype": "float16"}, "float16"),
        ({"input": "sine waves", "steps": 256, "inputs": 256}, "T = 256 · batch 1 · input 256"),
        ({"input": "random numbers", "steps": 1, "inputs": 1, "hidden": 1, "layers": 1}, "T = 1"),
        ({"input": "a drawn 7", "hidden": 30}, "T = 28 · batch 1 · input 28"),
        ({"text": "नमस्ते 👩‍🔬 <b>", "layers": 6}, "6-layer"),
        ({"hidden": 256, "layers": 6}, "hidden 256"),
        ({"range": "this run", "picture": "PNG", "width": "89 mm"}, "2-layer"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_options_reach_the_net(visit, settings, words):
    assert_matches(visit(**settings), words)


def test_the_numbers_are_the_engines(visit):
    """What the player is sent and the table below hold what the library computes."""
    page = visit(text="ole", seed=4, layers=1, dtype="float64", h0="zeros")
    config = rnnviz.RNNConfig(input_size=5, hidden_size=4, bidirectional=True, dtype="float64")
    net = rnnviz.build(config, 4)
    trace = rnnviz.trace(net, torch.from_numpy(np.eye(5)[[3, 2, 1]]).unsqueeze(1))
    theirs = rnnviz.compare(trace, net).numpy().cells

    assert page.packed() == [pack(trace, theirs, words=Words(tuple("ole"), (*"helo", "unknown")))]
    for direction in ("forward", "reverse"):
        page.at.selectbox(key="cell").set_value(f"layer 0, {direction}").run()
        table = page.at.dataframe[0].value
        assert list(table.columns) == ["t = 0", "t = 1", "t = 2"]
        h = trace.cell(0, direction).h[:, 0].T  # (hidden_size, seq_len)
        np.testing.assert_allclose(table.astype(float), h, rtol=1e-6)


def test_the_player_is_told_which_run_is_its_own(visit):
    """By the fingerprint of the bytes, which is that of what follows it."""
    page = visit(batch=2)
    names = []
    for sample in (0, 1):
        page.at.slider(key="sample").set_value(sample).run()
        (packed,) = page.packed()
        names.append(page.player()["run"])

        assert names[-1] == packed[:8].hex() == blake2b(packed[8:], digest_size=8).hexdigest()
    assert names[0] != names[1]


def header(packed):
    """The header of a packed run: behind 8 bytes of fingerprint and 4 of its own length."""
    return json.loads(packed[12 : 12 + int.from_bytes(packed[8:12], "little")])


def test_the_wrong_order_comes_as_a_second_run(visit):
    page = visit(order="time-first")
    right, wrong = page.packed()

    assert_matches(page)
    assert page.player()["run"] == right[:8].hex()
    assert page.player()["wrong"] == wrong[:8].hex() != right[:8].hex()
    assert "what_if" not in header(right)
    assert header(wrong)["what_if"]["first"] == [[1, "forward", 0], [1, "reverse", 4]]
    assert header(wrong)["labels"] == header(right)["labels"] == list("hello")
    assert [right] == visit().packed()


@pytest.mark.parametrize("order", ["layer-first", "both", "nonsense", "", "<script>"])
def test_any_other_order_needs_no_second_run(visit, order):
    page = visit(order=order)

    assert_matches(page)
    assert len(page.packed()) == 1
    assert page.player()["wrong"] is None


@pytest.mark.parametrize(
    ("hide", "hidden"),
    [
        ("code,strip,nonsense", ["code", "strip"]),
        ("strip,code", ["code", "strip"]),
        (
            "map,transport,options,anatomy,drill,code,strip",
            ["map", "transport", "options", "anatomy", "drill", "code", "strip"],
        ),
        ("codestrip", []),
        ("", []),
    ],
)
def test_a_link_hides_the_parts_that_it_names(visit, hide, hidden):
    assert visit(hide=hide).player()["hide"] == hidden


def test_a_link_says_where_the_player_begins(visit):
    """Its words go to the player as they are, which knows the run; a setting is none of them."""
    asked = {"at": "1.reverse.3.2", "walk": "time", "order": "both", "all": "1"}
    page = visit(**asked, layers=3, t=4)

    assert page.player()["seed"] == asked


def test_a_change_of_page_and_back_hides_what_was_hidden(visit):
    page = visit(hide="strip")
    before = page.player()
    page.at.switch_page("../../pages/check/compare.py").run()
    assert page.at.title[0].value == "Beside torch.nn"
    assert page.component("rnnviz_player") == []
    page.at.switch_page("../../pages/inside/step.py").run()

    assert page.player() == before
    assert before["hide"] == ["strip"]


def sent(page):
    """What goes over the wire for each component, byte by byte."""
    protos = [component.proto for component in page.at.get("bidi_component")]
    return [proto.SerializeToString(deterministic=True) for proto in protos]


def test_an_unrelated_choice_sends_the_player_nothing_new(visit):
    """Streamlit sends only what changed, so a message that is the same costs nothing."""
    page = visit(order="time-first")
    before = sent(page)
    page.at.segmented_control(key="picture").set_value("PNG").run()
    page.at.selectbox(key="width").set_value("89 mm").run()
    page.at.selectbox(key="cell").set_value("layer 1, reverse").run()

    assert page.at.session_state["picture"] == "PNG"
    assert len(before) == 4
    assert sent(page) == before


def test_a_choice_of_colours_sends_neither_the_code_nor_the_run_again(visit):
    page = visit()
    core, run, player = sent(page)
    page.at.segmented_control(key="range").set_value("this run").run()

    assert sent(page)[:2] == [core, run]
    assert sent(page)[2] != player
    assert page.player()["fit"] is True
    assert len(sent(page)[2]) < 10_000


def test_the_sample_is_kept_within_the_batch(visit):
    page = visit(batch=3, sample=2)
    assert page.at.slider(key="sample").value == 2
    page.at.slider(key="batch").set_value(2).run()
    assert_matches(page)
    assert page.at.slider(key="sample").value == 1


def test_editing_the_text_changes_no_weight_and_widening_does(visit):
    page = visit()
    before = page.figures()[-1]["data"][0]["z"]
    page.at.text_input(key="text").set_value("world").run()
    assert page.figures()[-1]["data"][0]["z"] == before
    assert "Unknown, in one shared column: w r d" in [text.value for text in page.at.text]
    next(button for button in page.at.button if button.label.startswith("Widen")).click().run()

    assert page.at.session_state["vocab"] == "helowrd"
    assert_matches(page, "input 8")
    assert page.figures()[-1]["data"][0]["z"] != before


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"text": ""}, "The text must have from 1 to 20,000 characters, got 0"),
        ({"vocab": ""}, "The vocabulary must have from 1 to 255 characters, got 0"),
        (
            {
                "input": "random numbers",
                "steps": 256,
                "inputs": 256,
                "batch": 16,
                "layers": 6,
                "hidden": 256,
            },
            "more than the 67,108,864 allowed",
        ),
        ({"weights": "counts brackets", "input": "random numbers", "inputs": 1}, "at least 2"),
    ],
    ids=["no text", "no vocabulary", "too large", "too few columns"],
)
def test_what_cannot_be_run_is_said_in_one_sentence(visit, settings, words):
    page = visit(**settings)

    assert not page.at.exception
    assert len(page.at.error) == 1
    assert words in page.at.error[0].value.replace("\\", "")
    # The sidebar is still there, with what was set.
    assert page.at.selectbox(key="preset").value == next(iter(PRESETS))


def open_file(page, name, data):
    """What the uploader does when a visitor opens a file."""
    mark = fingerprint(name, data)
    page.at.session_state["_uploaded"] = (name, data, mark)
    page.at.session_state["file"] = mark
    page.at.run()


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        ("<b>*x*</b>", r"\<b\>\*x\*\<\/b\>"),
        ("www.evil.com", "www\u2060\\.evil"),
        ("a@evil.com", "a\\@\u2060evil"),
        ("http://evil.com", "http\\:\\/\u2060\\/evil"),
    ],
    ids=["markup", "www", "mail", "http"],
)
def test_markup_and_addresses_in_a_message_are_text(visit, field, shown):
    page = visit(input="file")
    open_file(page, "a.csv", f"1,2\n3,{field}\n".encode())

    assert shown in page.at.error[0].value


@pytest.mark.parametrize("mark", ["www.evil.com", "<b>", "0123456789abcde"])
def test_what_is_no_fingerprint_is_not_shown(visit, mark):
    page = visit(input="file", file=mark)

    assert "Open a file of numbers or text" in page.at.info[0].value
    assert mark not in page.at.info[0].value


def test_a_link_with_a_fingerprint_takes_only_its_own_file(visit):
    page = visit(input="file")
    open_file(page, "a.csv", b"1,2\n3,4\n")
    assert_matches(page, "T = 2")
    page.at.session_state["file"] = "0123456789abcdef"
    page.at.run()

    assert not page.figures()
    assert "fingerprint 0123456789abcdef" in page.at.info[0].value.replace("\\", "")


def test_a_file_is_run_from_the_row_that_was_asked_for(visit):
    values = np.random.default_rng(0).standard_normal((300, 2))
    file = io.BytesIO()
    np.save(file, values)
    page = visit(input="file", layers=1, start=290)
    words = page.at.info[0].value.replace("\\", "")
    assert "Open a file of numbers or text or a picture" in words
    open_file(page, "a.npy", file.getvalue())

    assert_matches(page, "T = 10 · batch 1 · input 2")
    assert "Timesteps 290 to 299 of 300, counted from 0" in page.captions()


def test_a_link_shows_its_own_settings_at_once(visit):
    """What depends on a setting of the link is right in the very first run."""
    page = visit(weights="counts brackets", text="(x)", vocab="()")

    decided = {slider.label: slider.value for slider in page.at.sidebar.slider if slider.disabled}
    assert decided == {"Layers": 1, "Hidden size": 3, "Sequence length": 3, "Input size": 3}
    assert "Unknown, in one shared column: x" in [text.value for text in page.at.sidebar.text]
    assert "Reset" in [button.label for button in page.at.sidebar.button]
