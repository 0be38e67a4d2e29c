"""Edits as text, and back."""

import pytest

from rnnviz.config import Clamp
from rnnviz.config.clamp import CLAMPABLE
from rnnviz.inputs.edits import Edit, number, read_edits, write_edits


def test_text_is_read_and_written():
    text = " weight_hh_l0[1, 2] = .5;x[3,0,1]=-1e-3\ncells.0.bias_ih[4]=+2. ; "
    edits = read_edits(text)

    assert edits == (
        Edit("weight_hh_l0", (1, 2), 0.5),
        Edit("x", (3, 0, 1), -0.001),
        Edit("cells.0.bias_ih", (4,), 2.0),
    )
    assert write_edits(edits) == "weight_hh_l0[1,2]=0.5; x[3,0,1]=-0.001; cells.0.bias_ih[4]=2"
    assert read_edits(write_edits(edits)) == edits


@pytest.mark.parametrize("value", [0.1, 1 / 3, -1e300, 5e-324, 1e6, 123456.0, -0.0])
def test_no_digit_is_lost(value):
    (edit,) = read_edits(write_edits([Edit("x", (0, 0, 0), value)]))
    assert edit.value == value


def test_the_last_of_two_counts():
    assert read_edits("x[0,0,0]=1;x[0,0,1]=3;x[0,0,0]=2") == (
        Edit("x", (0, 0, 0), 2.0),
        Edit("x", (0, 0, 1), 3.0),
    )


@pytest.mark.parametrize("text", ["", "  ", ";;\n;"])
def test_nothing_is_no_edit(text):
    assert read_edits(text) == ()


@pytest.mark.parametrize(
    "part",
    [
        "x",
        "x[0]",
        "x[0]=",
        "x[0]=a",
        "x[-1]=1",
        "x[]=1",
        "x[0,]=1",
        "x[0]=nan",
        "x[0]=inf",
        "x[0]=1e999",
        "[0]=1",
        "9x[0]=1",
        "x[0]=1_0",
        "x[0]=0x1",
        "x[١]=1",
        "x[0]=1=2",
        "<b>[0]=1",
        "x[9999999999]=1",
        "import os",
    ],
)
def test_what_is_no_edit_is_refused(part):
    with pytest.raises(ValueError, match=r"must be name\[index\]=number, such as .*; got '"):
        read_edits(f"x[0,0,0]=1; {part}")


def test_as_many_as_there_may_be_are_read():
    assert len(read_edits(";".join(f"x[{t},0,0]=1" for t in range(200)))) == 200


def test_too_many_are_refused():
    with pytest.raises(ValueError, match="at most 200 edits, got 201"):
        read_edits(";".join(f"x[{t},0,0]=1" for t in range(201)))


@pytest.mark.parametrize(
    ("text", "value"),
    [("-3", -3.0), (" .5 ", 0.5), ("−2.5e1", -25.0), ("+1.", 1.0), ("0", 0.0), ("2E3", 2000.0)],
)
def test_number_is_read_as_people_type_it(text, value):
    assert number(text) == value


@pytest.mark.parametrize("text", [None, "", "a", "1,5", "nan", "inf", "1e999", "1_0", "0x1", "١"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match=r"expected a finite number such as -0\.5 or 1e-3, got "):
        number(text)


@pytest.mark.parametrize(
    ("text", "clamp"),
    [
        ("h_l1_reverse[3:8,2]=0", {"direction": "reverse", "start": 3, "stop": 8, "unit": 2}),
        ("h_l1[:,:]=hold", {"value": "hold"}),
        ("c_l1[2:,1]=-0.5", {"quantity": "c", "start": 2, "unit": 1, "value": -0.5}),
        ("z_l1[:4,:]=1", {"quantity": "z", "stop": 4, "value": 1.0}),
        ("h_l1[4,:]=0", {"start": 4, "stop": 5}),
        ("h_l1[0,0]=0", {"start": 0, "stop": 1, "unit": 0}),
        ("h_l1[0:0,:]=0", {"start": 0, "stop": 0}),
        ("h_l120[:,:]=0", {"layer": 120}),
        ("h_l1[:,:]=2E3", {"value": 2000.0}),
    ],
)
def test_what_is_held_is_read_and_written(text, clamp):
    known = {"quantity": "h", "layer": 1, "value": 0.0}
    (found,) = read_edits(text)

    assert found == Clamp(**known | clamp)
    assert read_edits(write_edits([found])) == (found,)


@pytest.mark.parametrize("quantity", CLAMPABLE)
def test_every_quantity_of_a_cell_can_be_held(quantity):
    (found,) = read_edits(f"{quantity}_l0[1:3,2]=0.5")

    assert found == Clamp(quantity=quantity, layer=0, start=1, stop=3, unit=2, value=0.5)


def test_capital_e_of_a_number_is_read():
    assert read_edits("x[0,0,0]=-2E-3") == (Edit("x", (0, 0, 0), -0.002),)


def test_edits_and_clamps_stand_side_by_side():
    text = "h_0[0,0,1]=2; h_l0[1:2,0]=0; h_l0[1:2,0]=1"
    assert write_edits(read_edits(text)) == "h_0[0,0,1]=2; h_l0[1:2,0]=1"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("h_l0[1:2]=0", "an edit must be .* got 'h_l0"),
        ("h_l0[a:2,0]=0", "an edit must be"),
        ("h_l0[1:2,0]=1e999", "an edit must be"),
        ("h_l0[3:2,0]=0", "stop must be at least start=3, got 2"),
        ("i_l0[:,0]=hold", "hold is for h and c"),
    ],
)
def test_what_holds_nothing_is_refused(text, words):
    with pytest.raises(ValueError, match=words):
        read_edits(text)
