import codecs

import numpy as np
import pytest

from rnnviz.inputs.delimited import read_delimited
from rnnviz.limits import MAX_FILE_VALUES

TABLES = {
    "commas": b"1,2\n3,4\n5,6\n",
    "semicolons": b"1;2\n3;4\n5;6\n",
    "tabs": b"1\t2\n3\t4\n5\t6\n",
    "no last newline": b"1,2\n3,4\n5,6",
    "CRLF": b"1,2\r\n3,4\r\n5,6\r\n",
    "CR": b"1,2\r3,4\r5,6\r",
    "BOM": codecs.BOM_UTF8 + b"1,2\n3,4\n5,6\n",
    "blank lines around": b"\n \n1;2\n3;4\n5;6\n\n  \n\n",
    "empty rows at the end": b"1,2\n3,4\n5,6\n,\n,\n",
    "spaces": b" 1 , 2\n3,4 \n 5,6\n",
    "quoted": b'"1","2"\n"3",4\n5,"6"\n',
    "notations": b"1.0,+2\n3e0,0.4E1\n500e-2,06\n",
}


@pytest.mark.parametrize("data", TABLES.values(), ids=TABLES)
def test_read_delimited_has_a_row_per_timestep(data):
    made = read_delimited(data)

    np.testing.assert_array_equal(made.values, [[[1, 2], [3, 4], [5, 6]]])
    assert made.columns == ("column 1", "column 2")
    assert made.labels == ()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"-0.5\n", [[-0.5]]),
        (b"1\n2\n3\n", [[1], [2], [3]]),
        (b"1,2,3", [[1, 2, 3]]),
        (b"0.1,1e-300\n", [[0.1, 1e-300]]),
        (b"-1.5;2.5\n", [[-1.5, 2.5]]),
    ],
    ids=["one", "column", "row", "full precision", "signs"],
)
def test_read_delimited_reads_every_shape(data, expected):
    np.testing.assert_array_equal(read_delimited(data).values, [expected])


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("a,b", ("a", "b")),
        (" speed of car , Größe", ("speed of car", "Größe")),
        ('"x,1","y\nz"', ("x,1", "y z")),
        (",b", ("column 1", "b")),
        ('"a;b",c', ("a;b", "c")),
        ("1st,x_2", ("1st", "x_2")),
        ("a," + "y" * 41, ("a", "y" * 39 + "…")),
        ("a," + "y" * 40, ("a", "y" * 40)),
    ],
    ids=[
        "plain", "spaces", "quoted", "one without a name", "other separator in a name",
        "digits in names", "long name", "longest name",
    ],
)  # fmt: skip
def test_read_delimited_takes_a_first_row_without_numbers_as_names(header, columns):
    made = read_delimited(f"\n{header}\n1,2\n3,4\n".encode())

    assert made.columns == columns
    np.testing.assert_array_equal(made.values, [[[1, 2], [3, 4]]])


def test_read_delimited_keeps_the_byte_order_mark_out_of_the_names():
    assert read_delimited("\ufeffa,b\n1,2\n".encode()).columns == ("a", "b")


def test_read_delimited_keeps_the_tab_before_a_header_without_a_first_name():
    assert read_delimited(b"\ta\n0\t1\n").columns == ("column 1", "a")


MISTAKES = {
    "missing": (b"1,2\n3,\n", "line 2, column 2: a number is missing."),
    "missing after blank lines": (b"\n\n1,2\n,4\n", "line 4, column 1: a number is missing."),
    "missing in a wide row": (b"1,2,3\n4, ,6\n", "line 2, column 2: a number is missing."),
    "missing in a column": (b"x\n1\n\n3\n", "line 3 is blank, expected numbers."),
    "first of several blank lines": (b"1,2\n,\n\n3,4\n", "line 2 is blank, expected numbers."),
    "short row": (b"1,2\n3,4\n5\n", "line 3 has 1 number, expected 2 as in line 1."),
    "long row": (b"1,2,3\n4,5,6,7\n", "line 2 has 4 numbers, expected 3 as in line 1."),
    "row unlike the header": (b"\na,b\n1,2,3\n", "line 3 has 3 numbers, expected 2 as in line 2."),
    "text": (b"a,b\r\n1,2\r\n3,four\r\n", "line 3, column 2: expected a number, got 'four'."),
    "text in the first row": (b"1,b\n3,4\n", "line 1, column 2: expected a number, got 'b'."),
    "second header": (b"a,b\nc,d\n3,4\n", "line 2, column 1: expected a number, got 'c'."),
    "after a quoted line break": (
        b'"a\nb",c\n1,2\n3,x\n',
        "line 4, column 2: expected a number, got 'x'.",
    ),
    "underscore": (b"1\n1_000\n", "line 2, column 1: expected a number, got '1_000'."),
    "decimal comma": (
        b"1;2\n1,5;2\n",
        "line 2, column 1: expected a number, got '1,5' (write the decimal point as '.').",
    ),
    "decimal comma in the first row": (
        b"1,5;2,5;3\n",
        "line 1, column 1: expected a number, got '1,5' (write the decimal point as '.').",
    ),
    "spaces between": (
        b"1\n1.5 2.5\n",
        "line 2, column 1: expected a number, got '1.5 2.5' "
        "(separate numbers by comma, semicolon or tab).",
    ),
    "html": (b"1\n<b>%{x}</b>\n", "line 2, column 1: expected a number, got '<b>%{x}</b>'."),
    "long text": (
        b"1\n" + b"x" * 1000,
        "line 2, column 1: expected a number, got '" + "x" * 27 + "…'.",
    ),
    "nan": (b"a,b\n1,2\n3,NaN\n", "line 3, column 2: expected a finite number, got nan."),
    "nan alone": (b"nan\n", "line 1, column 1: expected a finite number, got nan."),
    "infinity": (b"1,2\n-inf,2\n", "line 2, column 1: expected a finite number, got -inf."),
    "overflow": (b"1\n1e999\n", "line 2, column 1: expected a finite number, got inf."),
    "empty file": (b"", "the file must hold at least one row of numbers, it is blank."),
    "only a BOM": (
        codecs.BOM_UTF8,
        "the file must hold at least one row of numbers, it is blank.",
    ),
    "blank lines": (b"\n \r\n\n", "the file must hold at least one row of numbers, it is blank."),
    "separators": (b",,\n,,\n", "the file must hold at least one row of numbers, it is blank."),
    "only a header": (
        b"\na,b\n",
        "the file must hold at least one row of numbers, it has only line 2, without a number.",
    ),
    "too many columns": (
        b"1," * 256 + b"1\n",
        "line 1 has 257 columns, expected at most 256 (each timestep is a line of its own).",
    ),
    "NUL": (b"1,2\n3,\x004\n", "the file must be text in UTF-8, line 2 has a NUL byte."),
    "UTF-16": ("1,2\n".encode("utf-16"), "the file must be text in UTF-8, line 1 has a NUL byte."),
    "Latin-1": (
        "a,Größe\n".encode("latin-1"),
        "the file must be text in UTF-8, line 1 has the byte 0xf6.",
    ),
    "binary": (
        b"1\n2\n\x89PNG\r\n",
        "the file must be text in UTF-8, line 3 has the byte 0x89.",
    ),
    "huge field": (
        b"1\n2\n" + b"9" * 131_073,
        "line 3 cannot be read as CSV: field larger than field limit (131072).",
    ),
    "open quote": (b'1\n"2\n3\n', "line 2 cannot be read as CSV: unexpected end of data."),
    "text after a quote": (
        b'1,2\n"3"x,4\n',
        "line 2 cannot be read as CSV: ',' expected after '\"'.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("data", "message"), MISTAKES.values(), ids=MISTAKES)
def test_read_delimited_says_what_is_wrong_and_where(data, message):
    with pytest.raises(ValueError) as caught:
        read_delimited(data)

    assert str(caught.value) == message


def test_read_delimited_takes_as_many_columns_as_a_net():
    assert read_delimited(b"1," * 255 + b"1\n").input_size == 256


ROW = b"0,1,2,3,4,5,6,7,8,9\n"


@pytest.mark.parametrize(
    "data",
    [ROW * 1_000_000, b"0," * 10_000_000 + b"1", b"\n" * 10_000_000 + b"1", b"1\r" * 10_000_000],
    ids=["rows", "one row", "blank lines", "CR"],
)
def test_read_delimited_refuses_ten_million_numbers_before_parsing(data, monkeypatch):
    def parse(*_args, **_options):
        pytest.fail("the numbers were parsed before they were counted")

    monkeypatch.setattr("rnnviz.inputs.delimited.csv.reader", parse)

    with pytest.raises(
        ValueError, match=r"^the file must hold at most 1000000 numbers, it has about 1000000\d\.$"
    ):
        read_delimited(data)


@pytest.mark.parametrize("header", [b"", b"a,b,c,d,e,f,g,h,i,j\n"], ids=["plain", "header"])
def test_read_delimited_takes_a_million_numbers(header):
    made = read_delimited(header + ROW * (MAX_FILE_VALUES // 10))

    assert made.values.shape == (1, 100_000, 10)
    np.testing.assert_array_equal(made.values[0, -1], range(10))


def test_read_delimited_counts_no_blank_lines_at_the_end():
    assert read_delimited(b"1\n" + b"\r\n" * 2_000_000).seq_len == 1


def test_read_delimited_refuses_one_row_more():
    """A count that only a header could explain is left to the parser, which is exact."""
    with pytest.raises(
        ValueError, match=r"^the file must hold at most 1000000 numbers, line 100001 goes beyond\.$"
    ):
        read_delimited(ROW * (MAX_FILE_VALUES // 10 + 1))


def test_blank_lines_part_sequences_of_their_own_lengths():
    made = read_delimited(b"a;b\n1;2\n3;4\n\n5;6\n \n\n7;8\n9;10\n11;12\n\n")

    assert made.lengths == (2, 1, 3) and made.columns == ("a", "b")
    assert made.values[1].tolist() == [[5, 6], [0, 0], [0, 0]]
    assert made.values[2].tolist() == [[7, 8], [9, 10], [11, 12]]


def test_too_many_sequences_are_refused():
    data = b"\n\n".join([b"1,2"] * 17)
    with pytest.raises(ValueError, match="1 to 16 sequences, got 17"):
        read_delimited(data)


def test_one_long_sequence_among_short_ones_may_be_too_much_padding():
    data = b"\n\n".join([b"\n".join([b"1,2"] * 200_000)] + [b"1,2"] * 15)
    with pytest.raises(ValueError, match="16 sequences of up to 200,000 timesteps would be"):
        read_delimited(data)
