"""What was uploaded is looked at first; what is broken leaves the file before in use."""

import io

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import MAIN

GOOD = b"left,right\n1,2\n3,4\n5,6\n"


def upload(app, name, data):
    app.session_state["_pending"] = (name, data)
    app.run()
    assert not app.exception
    return [text.value for text in app.sidebar.text]


@pytest.fixture
def app():
    page = AppTest.from_file(MAIN, default_timeout=60)
    page.query_params["input"] = "file"
    return page.run()


def test_numbers_are_previewed_and_then_used(app):
    words = upload(app, "my.csv", GOOD)

    assert "my.csv: 3 timesteps, 2 columns" in words
    table = app.sidebar.dataframe[0].value
    assert list(table.columns) == ["0: left", "1: right"] and table.to_numpy()[2].tolist() == [5, 6]
    assert app.session_state["file"] == ""
    app.button(key="_use_file").click().run()
    assert any("input 2" in caption.value for caption in app.main.caption)
    assert any(text.value.startswith("In use: my.csv") for text in app.sidebar.text)


def test_scale_is_stated_and_shown_in_the_preview(app):
    upload(app, "my.csv", GOOD)
    app.selectbox(key="scale").select("-1 to 1").run()

    assert app.sidebar.dataframe[0].value.to_numpy()[:, 0].tolist() == [-1, 0, 1]
    stated = "Each column was shifted and scaled: -1 to 1."
    assert stated in [caption.value for caption in app.sidebar.caption]


def test_sequences_are_told_with_their_lengths(app):
    file = io.BytesIO()
    np.savez(file, a=np.ones((4, 2)), b=np.ones((2, 2)))

    words = upload(app, "two.npz", file.getvalue())
    assert "two.npz: 2 sequences of 4, 2 timesteps, 2 columns" in words


def test_picture_is_shown_beside_its_rows(app):
    file = io.BytesIO()
    Image.new("L", (40, 50), 128).save(file, "PNG")

    assert "a.png: picture, read as 28 rows of 28" in upload(app, "a.png", file.getvalue())
    pictures = [block for block in app.sidebar if getattr(block, "type", "") == "image"]
    assert len(pictures) == 2


def test_text_is_shown_as_text(app):
    words = upload(app, "a.txt", b"**bold** <b>" + b"x" * 300)

    assert "a.txt: text of 312 characters" in words
    assert app.sidebar.code[0].value == "**bold** <b>" + "x" * 188 + "…"


def test_broken_file_leaves_the_one_before_in_use(app):
    upload(app, "my.csv", GOOD)
    app.button(key="_use_file").click().run()
    mark = app.session_state["file"]
    upload(app, "bad.csv", b"1,2\n3\n")

    assert "expected 2 as in line 1" in app.sidebar.error[0].value
    assert "Still in use: the file before." in [one.value for one in app.sidebar.caption]
    assert app.session_state["file"] == mark
    assert any("input 2" in caption.value for caption in app.main.caption)
    assert "_use_file" not in [button.key for button in app.button]
