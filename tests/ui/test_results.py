"""Which result each of a visitor's arrays is, and how a file of them is read."""

import io

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from rnnviz.inputs import read_numbers
from rnnviz.records.pasted import Pasted
from rnnviz.ui.results import MOST_LISTED, NOT_USED, Found, _of_file, guessed, stamp

SHAPES = {"output": (5, 3, 8), "h_n": (2, 3, 4), "c_n": (2, 3, 4)}


def arrays(*named):
    """Arrays as found: (name, shape) each."""
    return [Found(name=name, given=np.zeros(shape), shape=str(shape)) for name, shape in named]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([("", (5, 3, 8)), ("", (2, 3, 4))], ["output", "h_n"]),
        ([("", (2, 3, 4)), ("", (5, 3, 8))], ["h_n", "output"]),
        ([("", (2, 3, 4))], ["h_n"]),
        ([("", (2, 3, 4)), ("", (2, 3, 4))], ["h_n", "c_n"]),
        ([("c_n", (2, 3, 4)), ("", (2, 3, 4))], ["c_n", "h_n"]),
        ([("", (3, 5, 8)), ("", (2, 3, 4))], ["output", "h_n"]),
        ([("res.last.h_n", (1,)), ("mine", (1,))], ["h_n", "output"]),
        ([("mine.out", (1,)), ("res.hidden", (1,))], ["output", "h_n"]),
        ([("a", (1,)), ("b", (1,)), ("c", (2, 3, 4)), ("d", (1,))],
         ["output", "h_n", "c_n", NOT_USED]),
        ([("output", (1,)), ("output", (2, 3, 4))], ["output", "h_n"]),
    ],
)  # fmt: skip
def test_arrays_are_taken_by_name_then_by_shape_then_by_order(given, expected):
    assert guessed(arrays(*given), SHAPES) == expected


def test_a_net_without_cell_state_has_no_third_result():
    two = {name: SHAPES[name] for name in ("output", "h_n")}
    given = arrays(("c_n", (2, 3, 4)), ("", (5, 3, 8)), ("", (2, 3, 4)))
    assert guessed(given, two) == ["h_n", "output", NOT_USED]


def test_text_that_was_cut_short_is_told_by_its_shape():
    (pasted,) = read_numbers("tensor([[[1., 2., ..., 3., 4.], ..., [1., 2., ..., 3., 4.]], "
                             "[[1., 2., ..., 3., 4.], ..., [1., 2., ..., 3., 4.]]])")  # fmt: skip
    shapes = {"output": (5, 3, 8), "h_n": (2, 3, 8)}
    assert guessed([Found(name="", given=pasted, shape="")], shapes) == ["h_n"]


@pytest.mark.parametrize("ending", ["npy", "npz", "pt", "safetensors", "csv", "txt"])
def test_files_of_results_are_read(ending):
    values, file = np.arange(24, dtype=np.float32).reshape(2, 3, 4) / 8, io.BytesIO()
    match ending:
        case "npy":
            np.save(file, values)
        case "npz":
            np.savez(file, output=values)
        case "pt":
            torch.save({"output": torch.from_numpy(values)}, file)
        case "safetensors":
            from safetensors.numpy import save

            file.write(save({"output": values}))
        case "csv":
            values = values[0]
            np.savetxt(file, values, delimiter=",", fmt="%.3f")
        case "txt":
            file.write(f"output = {torch.from_numpy(values)}".encode())
    (found,) = _of_file(f"mine.{ending}", file.getvalue())
    assert _of_file(f"Mine.{ending.upper()}", file.getvalue())[0].shape == found.shape

    got = found.given.values if isinstance(found.given, Pasted) else np.asarray(found.given)
    np.testing.assert_array_equal(got, values)
    assert found.name == ("" if ending in ("npy", "csv") else "output")
    assert str(values.shape) in found.shape


def test_broken_files_are_told_in_a_sentence():
    with pytest.raises(ValueError, match=r"mine\.pt'?: it is no torch checkpoint"):
        _of_file("mine.pt", b"nothing")
    with pytest.raises(ValueError, match=r"line 1: .*abc"):
        _of_file("mine.txt", b"tensor([abc])")
    with pytest.raises(ValueError, match="must be text in UTF-8"):
        _of_file("mine.csv", b"\xff\xfe\x00")


def test_stamp_tells_numbers_and_names_apart():
    one, two = np.zeros(3), np.ones(3)
    marks = {stamp({"output": one}), stamp({"output": two}), stamp({"h_n": one}), stamp({})}
    assert len(marks) == 4
    assert stamp({"output": one}) == stamp({"output": one.copy()})
    assert stamp({"output": np.zeros((1, 3))}) not in marks
    # The same numbers, known more exactly.
    (rough,), (fine,) = read_numbers("tensor([0.5])"), read_numbers("tensor([0.500])")
    assert stamp({"output": rough}) != stamp({"output": fine})


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("tensor([[0.1250, 0.5000]])", "(1, 2), 4 digits after the point"),
        ("tensor([1.5e+01, 2.3e+01])", "(2,), 0 digits after the point"),
        ("[1, 2, 3]", "(3,), exact"),
        ("tensor([[0.1, ..., 0.5, 0.6]])", "(1, 3) of them shown, 1 digits after the point"),
    ],
)
def test_shape_and_exactness_of_a_text_are_said(text, shape):
    (found,) = _of_file("mine.txt", text.encode())
    assert found.shape == shape


def form():
    import streamlit as st

    from rnnviz.ui.results import results_form

    found = results_form({"output": (5, 3, 8), "h_n": (2, 3, 4)})
    st.session_state["got"] = {name: given.values.tolist() for name, given in found.items()}


def pasted(text):
    at = AppTest.from_function(form, default_timeout=30).run()
    at.text_area[0].set_value(text).run()
    assert not at.exception
    return at


def test_pasted_arrays_are_assigned_and_can_be_assigned_otherwise():
    at = pasted("[0.5]\n\n[1.5]\n\n[2.5]")
    assert at.session_state["got"] == {"output": [0.5], "h_n": [1.5]}
    assert [box.value for box in at.selectbox] == ["output", "h_n", NOT_USED]
    at.selectbox[2].select("output").run()
    # Of two that are said to be output the first one is it.
    assert at.session_state["got"] == {"output": [0.5], "h_n": [1.5]}
    at.selectbox[0].select(NOT_USED).run()
    assert at.session_state["got"] == {"h_n": [1.5], "output": [2.5]}


def test_names_are_shown_as_text_and_only_so_many():
    at = pasted("\n".join(f"{'x' * 50} = [{k}.5]" for k in range(8)))
    assert len(at.selectbox) == MOST_LISTED == 6
    assert [text.value for text in at.text] == [f"{'x' * 40}: (1,), 1 digits after the point"] * 6
    assert at.caption[0].value == "2 more arrays are left out."


def test_results_among_many_arrays_are_offered_first():
    """As in a file that holds the weights as well."""
    at = pasted("\n".join(f"w{k} = [1.5]" for k in range(9)) + "\noutput = [2.5]\nh_n = [3.5]")
    assert at.session_state["got"] == {"output": [2.5], "h_n": [3.5]}


@pytest.mark.parametrize(("text", "errors"), [("  \n ", 0), ("[abc]", 1)], ids=["blank", "broken"])
def test_nothing_is_taken_of_a_blank_or_broken_text(text, errors):
    at = pasted(text)
    assert at.session_state["got"] == {}
    assert len(at.error) == errors
