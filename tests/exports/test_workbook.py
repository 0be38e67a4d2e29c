"""The workbook as openpyxl reads it: its sheets, names, numbers and colours."""

import io

import numpy as np
import openpyxl
import pytest
import torch
from torch import nn

import rnnviz
from rnnviz.config import TOLERANCE
from rnnviz.exports.workbook import workbook_xlsx
from rnnviz.exports.workbook_book import Book
from rnnviz.figures.theme import SHARE_STOPS, SIGNED_STOPS
from tests.engine.test_forward import make

CASES = {
    "RNN": {"num_layers": 2, "bidirectional": True},
    "relu, no bias": {"nonlinearity": "relu", "bias": False},
    "LSTM": {"kind": "LSTM", "num_layers": 2, "bidirectional": True},
    "LSTM projected": {"kind": "LSTM", "num_layers": 2, "bidirectional": True, "proj_size": 2},
    "GRU": {"kind": "GRU", "num_layers": 2, "bidirectional": True},
    "GRU, no bias": {"kind": "GRU", "bias": False, "batch_first": True},
}
# The first row of a sheet that holds a timestep, and the column of the first number.
FIRST_ROW, FIRST_COLUMN = 6, 2


def opened(data, *, values=True):
    return openpyxl.load_workbook(io.BytesIO(data), data_only=values)


def named(book, name, dtype=np.float64):
    """The numbers under a name, as rows."""
    ((sheet, area),) = book.defined_names[name].destinations
    cells = book[sheet][area]
    rows = cells if isinstance(cells, tuple) else ((cells,),)
    return np.array([[cell.value for cell in row] for row in rows], dtype=dtype)


def blocks(sheet):
    """The blocks of a layer's sheet, from left to right, each (seq_len, width)."""
    rows = sheet.iter_rows(min_row=FIRST_ROW, min_col=FIRST_COLUMN, values_only=True)
    table = [*zip(*rows, strict=True), (None,)]
    found, block = [], []
    for column in table:
        if column[0] is None:
            found.append(np.array(block, dtype=np.float64).T)
            block = []
        else:
            block.append(column)
    return found


def close(shown, array):
    """Whether they agree to 1e-6; relu lets numbers grow past 1."""
    return np.abs(shown - array).max() < 1e-6 * max(1.0, np.abs(array).max())


def recorded(cell, sample):
    """The record of what each block holds, None where it has none."""
    before = [cell.h[:-1], cell.h_0[None]] if cell.direction == "forward" else None
    before = np.concatenate(before[::-1] if before else [cell.h[1:], cell.h_0[None]])
    parts = [cell.x, before, cell.wx, cell.wh]
    if cell.kind == "LSTM":
        parts += [cell.a, cell.gates, None, cell.c, cell.tanh_c]
        parts += [None] if cell.weight_hr is not None else []
    elif cell.kind == "GRU":
        parts += [cell.r_hn, cell.a, cell.gates]
    else:
        parts += [cell.a]
    return [None if part is None else part[:, sample] for part in [*parts, cell.h]]


@pytest.mark.parametrize("options", CASES.values(), ids=CASES.keys())
def test_every_block_shows_the_record(options):
    """What viewers show that compute nothing themselves."""
    trace = rnnviz.trace(*make(torch.float32, **options)).numpy()
    book = opened(workbook_xlsx(trace, sample=1))

    for cell in trace.cells:
        shown = blocks(book[f"layer {cell.layer} {cell.direction}"])
        for block, array in zip(shown, recorded(cell, 1), strict=True):
            assert array is None or close(block, array)


@pytest.mark.parametrize("options", CASES.values(), ids=CASES.keys())
def test_every_number_of_a_layer_is_a_formula(options):
    book = opened(workbook_xlsx(rnnviz.trace(*make(**options))), values=False)
    layers = [sheet for sheet in book if sheet.title.startswith("layer")]
    cells = [
        cell
        for sheet in layers
        for row in sheet.iter_rows(min_row=FIRST_ROW, min_col=FIRST_COLUMN)
        for cell in row
    ]

    assert len(layers) == (4 if "num_layers" in options else 1)
    assert all(cell.data_type == "f" for cell in cells if cell.value is not None)
    assert all(sheet.freeze_panes == "B6" for sheet in layers)


@pytest.mark.parametrize("options", CASES.values(), ids=CASES.keys())
def test_names_hold_what_went_in_and_what_came_out(options):
    net, x, hx = make(torch.float32, **options)
    trace = rnnviz.trace(net, x, hx)
    book = opened(workbook_xlsx(trace, sample=1))
    x, output = (array.transpose(0, 1) if net.batch_first else array for array in (x, trace.output))
    given = {"x": x[:, 1]}
    for name, value in net.state_dict().items():
        given[name.replace("weight", "W").replace("bias", "b")] = value.reshape(len(value), -1)
    for name, state in zip(("h_0", "c_0"), hx if isinstance(hx, tuple) else (hx,), strict=False):
        given[name] = state[:, 1]
    returned = {"output": output[:, 1], "h_n": trace.h_n[:, 1]}
    returned |= {} if trace.c_n is None else {"c_n": trace.c_n[:, 1]}

    for name, array in given.items():
        # 16 digits are written, which is more than float32 has.
        assert np.array_equal(named(book, name, np.float32), array.numpy()), name
    for name, array in returned.items():
        assert close(named(book, name), array.numpy()), name
    assert ("c_n" in book.defined_names) == ("c_n" in returned)
    largest = max(1.0, trace.output.abs().max().item())
    assert 0 < named(book, "max_difference").item() < 1e-6 * largest


def test_the_largest_difference_says_how_exact_the_dtype_is():
    """Formulas are computed in float64, a net in bfloat16 is not."""
    trace = rnnviz.trace(*make(torch.bfloat16))
    book = opened(workbook_xlsx(trace))
    apart = np.abs(named(book, "output") - trace.output[:, 0].float().numpy()).max()

    assert named(book, "max_difference").item() == pytest.approx(apart)
    assert 1e-4 < apart < 3 * TOLERANCE["bfloat16"]


def test_the_colours_are_those_of_the_screen():
    """About 0 from brown to blue, gates from pale to dark; h over the range of tanh."""
    book = opened(workbook_xlsx(rnnviz.trace(*make(kind="LSTM"))))
    scales = {
        str(area.sqref): rule.colorScale
        for area, rules in book["layer 0 forward"].conditional_formatting._cf_rules.items()
        for rule in rules
        if rule.type == "colorScale"
    }
    sheet = book["layer 0 forward"]
    columns = {cell.value: cell.column_letter for cell in sheet[3] if cell.value}

    def scale_of(heading):
        start = f"{columns[heading]}6:"
        return next(scale for area, scale in scales.items() if area.startswith(start))

    def colors(scale):
        return ["#" + color.rgb[2:].lower() for color in scale.color]

    h, i = scale_of("h_t = o tanh(c_t)"), scale_of("i = σ(a)")
    assert [float(stop.val) for stop in h.cfvo] == [-1.0, 0.0, 1.0]
    assert colors(h) == [SIGNED_STOPS[0], SIGNED_STOPS[5], SIGNED_STOPS[-1]]
    assert [float(stop.val) for stop in i.cfvo] == [0.0, 1.0]
    assert colors(i) == [SHARE_STOPS[0], SHARE_STOPS[-1]]


@pytest.mark.parametrize("label", ["=1+1", "+1", "-1", "@SUM(1)", "{=1}", "https://a.b", "7"])
def test_a_text_stays_a_text(label):
    book = Book()
    book.sheet("page", (0, 0))
    book.heads("page", (0, 0), [label])
    cell = opened(book.finished(), values=False)["page"]["A1"]

    assert (cell.data_type, cell.value, cell.hyperlink) == ("s", label, None)
    assert cell.quotePrefix == (label[0] in "=+-@")


def test_a_padded_sample_has_its_own_timesteps():
    net, x, h_0 = make(bidirectional=True)
    packed = nn.utils.rnn.pack_padded_sequence(x, [5, 2])
    book = opened(workbook_xlsx(rnnviz.trace(net, packed, h_0), sample=1))
    output, h_n = net(x[:2, [1]], h_0[:, [1]])

    assert close(named(book, "output"), output[:, 0].detach().numpy())
    assert close(named(book, "h_n"), h_n[:, 0].detach().numpy())
    assert named(book, "max_difference").item() < 1e-12


def test_a_single_cell_is_a_sheet_of_one_timestep():
    cell, x = nn.LSTMCell(3, 4), torch.randn(2, 3)
    book = opened(workbook_xlsx(rnnviz.trace(cell, x), sample=1))

    assert close(named(book, "h_n"), cell(x)[0][[1]].detach().numpy())


def test_what_is_shown_says_what_it_is():
    words = [
        str(value)
        for row in opened(workbook_xlsx(rnnviz.trace(*make(kind="GRU"))))["README"].values
        for value in row
    ]

    for expected in ("GRU", "5", "0 of a batch of 2", "max_difference"):
        assert any(expected in text for text in words), expected
    assert any(f"RNNviz {rnnviz.__version__}" in text for text in words)
