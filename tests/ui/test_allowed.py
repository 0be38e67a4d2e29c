"""What a setting may be out of a file is what its control on the page offers."""

import pytest
from streamlit.testing.v1 import AppTest

from rnnviz.limits import MAX_BATCH, MAX_HIDDEN_SIZE
from rnnviz.ui.allowed import ALLOWED, Line, Number, OneOf, Switch, checked
from rnnviz.ui.presets import PRESETS
from rnnviz.ui.settings import DEFAULTS, EXAMPLE_WEIGHTS, FROM_FILE, VIEW_DEFAULTS
from rnnviz.ui.uploads import KEPT_FILE, fingerprint
from tests.pages.conftest import MAIN

FILES = [
    (name, data, fingerprint(name, data)) for name, data in (("a.txt", b"hello"), ("a.csv", b"1"))
]

# Settings under which every control is on the page, and the page.
VISITS = [
    {},
    {"input": "random numbers", "kind": "LSTM", "hidden": MAX_HIDDEN_SIZE, "batch": MAX_BATCH},
    {"input": "file", "file": "0123456789abcdef", "weights": "constant", "dropout": 0.5},
    {"weights": "orthogonal"},
    {"weights": FROM_FILE},
    {"kind": "stack"},
    *({"input": "file", "file": mark} for _, _, mark in FILES),
]


def on_page(path=None, **settings):
    page = AppTest.from_file(MAIN, default_timeout=60)
    for name, value in settings.items():
        page.query_params[name] = str(value)
    for file in FILES:
        if settings.get("file") == file[2]:
            page.session_state[KEPT_FILE] = file
    # What a link says of a file is known once its field was drawn.
    page.run().run()
    return page.switch_page(path).run() if path else page


def offered(page):
    """What the controls of a page offer, by the names of the settings."""
    kinds = {
        "slider": lambda one: Number(one.min, one.max),
        "number_input": lambda one: Number(one.min, one.max),
        "text_input": lambda one: Line(one.proto.max_chars),
        "selectbox": lambda one: OneOf(tuple(one.options)),
        "segmented_control": lambda one: OneOf(tuple(one.options)),
        "toggle": lambda _: Switch(),
    }
    return {
        one.key: read(one)
        for kind, read in kinds.items()
        for one in getattr(page, kind)
        if one.key in ALLOWED
    }


def test_every_setting_is_in_the_table():
    assert set(ALLOWED) == {"preset"} | set(DEFAULTS) | set(VIEW_DEFAULTS)
    for name, default in (DEFAULTS | VIEW_DEFAULTS).items():
        assert ALLOWED[name].takes(default), name


def test_the_controls_offer_what_the_table_allows():
    found = {}
    for settings in VISITS:
        found |= offered(on_page(**settings))
    found |= offered(on_page("../../pages/yours/edit.py"))
    for kind in ("RNN", "LSTM", "GRU"):
        # The catalogue of each kind of net is a part of it.
        lab = offered(on_page("../../pages/check/lab.py", kind=kind))["mistake"]
        assert all(ALLOWED["mistake"].takes(option) for option in lab.options)
    # Of the cells there are those of the run.
    cells = found.pop("cell")

    assert all(ALLOWED["cell"].takes(option) for option in cells.options)
    # A head is shown of a net out of a file alone, by these very words.
    assert set(found) == set(ALLOWED) - {"cell", "head_view", "mistake"}
    for name, control in found.items():
        assert ALLOWED[name] == control, name


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("layers", 0, "a whole number from 1 to 6; got 0, so it is 2."),
        ("layers", 7, "a whole number from 1 to 6; got 7, so it is 2."),
        ("layers", 2.0, "a whole number from 1 to 6; got 2.0, so it is 2."),
        ("layers", True, "a whole number from 1 to 6; got True, so it is 2."),
        ("radius", -0.1, "a number from 0.0 to 2.0; got -0.1, so it is 1.0."),
        ("radius", float("inf"), "a number from 0.0 to 2.0; got inf, so it is 1.0."),
        ("radius", "1", "a number from 0.0 to 2.0; got '1', so it is 1.0."),
        ("dropout", False, "a number from 0.0 to 1.0; got False, so it is 0.0."),
        ("text", "a" * 257, "a text of at most 256 characters; got 'aaaa"),
        ("text", 5, "a text of at most 256 characters; got 5, so it is 'hello'."),
        ("dtype", "complex64", "one of float32, float64, bfloat16, float16; got 'complex64'"),
        ("kind", 3, "one of RNN, LSTM, GRU, stack; got 3, so it is 'RNN'."),
        ("bias", "true", "true or false; got 'true', so it is True."),
        ("bias", 0, "true or false; got 0, so it is True."),
    ],
)
def test_what_may_not_be_is_at_its_default(name, value, words):
    values, notes = checked({name: value})

    assert values == DEFAULTS | VIEW_DEFAULTS | {"preset": next(iter(PRESETS))}
    assert len(notes) == 1
    assert notes[0].startswith(f"{name} must be {words}")


def test_what_may_be_is_taken():
    kept = {"layers": 6, "radius": 2, "weights": next(iter(EXAMPLE_WEIGHTS)), "bias": False}
    values, notes = checked(kept)

    assert not notes
    assert {name: values[name] for name in kept} == kept
    assert type(values["radius"]) is float


def test_what_is_no_setting_is_left_out():
    values, notes = checked({"__class__": 1, "_opened": "a"})

    assert not {"__class__", "_opened"} & values.keys()
    assert [note.partition(" is ")[0] for note in notes] == ["'__class__'", "'_opened'"]
