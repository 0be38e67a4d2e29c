"""A trace as a long table: every number comes back from CSV and Parquet at its place."""

import csv
import io

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_sequence

import rnnviz
from rnnviz.exports import tables
from rnnviz.exports.selection import Selection
from rnnviz.exports.tables import COLUMNS, trace_csv, trace_parquet
from rnnviz.limits import TooLargeError

STATES = ("wx", "wh", "a")


def traced(net, *shape, seed=0, **options):
    torch.manual_seed(seed)
    return rnnviz.trace(net, torch.randn(*shape, dtype=next(net.parameters()).dtype), **options)


def lstm(**options):
    torch.manual_seed(1)
    return nn.LSTM(3, 4, num_layers=2, bidirectional=True, **options)


def packed(net, lengths=(2, 4, 3)):
    torch.manual_seed(2)
    parts = [torch.randn(length, 3) for length in lengths]
    in_order = list(lengths) == sorted(lengths, reverse=True)
    return rnnviz.trace(net, pack_sequence(parts, enforce_sorted=in_order))


def read(data):
    return pd.read_csv(io.BytesIO(data), keep_default_na=False)


def frames(trace, *args, **options):
    """The table read back from both formats."""
    parquet = pd.read_parquet(io.BytesIO(trace_parquet(trace, *args, **options)))
    return read(trace_csv(trace, *args, **options)), parquet


def expected(trace):
    """(layer, direction, t, sample, unit, quantity) -> number, straight from the record."""
    trace, found = trace.numpy(), {}
    for cell in trace.cells:
        whole = {"x": cell.x, "h": cell.h}
        for name in ("r_hn", "c", "tanh_c", "dropout_mask"):
            if getattr(cell, name) is not None:
                whole[name] = getattr(cell, name)
        for name in STATES:
            parts = np.split(getattr(cell, name), len(cell.gate_names) or 1, axis=2)
            names = [f"{name}_{gate}" for gate in cell.gate_names] or [name]
            whole |= dict(zip(names, parts, strict=True))
        whole |= {gate: cell.gate(gate) for gate in cell.gate_names}
        for quantity, array in whole.items():
            for (t, sample, unit), number in np.ndenumerate(array):
                if trace.lengths is None or t < trace.lengths[sample]:
                    found[cell.layer, cell.direction, t, sample, unit, quantity] = number
    return found


def keyed(frame):
    keys = zip(*(frame[name].tolist() for name in COLUMNS[:-1]), strict=True)
    return dict(zip(keys, frame["value"].tolist(), strict=True))


NETS = {
    "rnn": lambda: traced(nn.RNN(3, 4), 5, 2, 3),
    "gru": lambda: traced(nn.GRU(3, 4, bidirectional=True), 5, 2, 3),
    "lstm": lambda: traced(lstm(), 5, 2, 3),
    "projected": lambda: traced(lstm(proj_size=2), 5, 2, 3),
    "float64": lambda: traced(lstm(dtype=torch.float64), 5, 2, 3),
    "float16": lambda: traced(nn.GRU(3, 4, dtype=torch.float16), 5, 2, 3),
    "bfloat16": lambda: traced(nn.GRU(3, 4, dtype=torch.bfloat16), 5, 2, 3),
    "batch first": lambda: traced(lstm(batch_first=True), 2, 5, 3),
    "unbatched": lambda: traced(lstm(), 5, 3),
    "dropout": lambda: traced(nn.GRU(3, 4, num_layers=2, dropout=0.5), 5, 2, 3),
    "packed": lambda: packed(lstm()),
    "packed, sorted": lambda: rnnviz.trace(
        lstm(), pack_sequence([torch.ones(3, 3), torch.ones(2, 3)])
    ),
    "one cell": lambda: traced(nn.LSTMCell(3, 4), 2, 3),
    "stack": lambda: traced(rnnviz.CellStack([nn.RNNCell(3, 5), nn.LSTMCell(5, 4)]), 5, 2, 3),
}


@pytest.mark.parametrize("name", NETS)
def test_every_number_comes_back_at_its_place(name):
    trace = NETS[name]()
    wanted, dtype = expected(trace), trace.numpy().cells[0].h.dtype
    for frame in frames(trace):
        own = frame[~frame["quantity"].isin(["output", "h_n", "c_n"])]
        found = keyed(own)

        assert tuple(frame) == COLUMNS
        assert found.keys() == wanted.keys()
        assert len(own) == len(found)
        assert all(dtype.type(found[key]) == number for key, number in wanted.items())


@pytest.mark.parametrize("name", NETS)
def test_what_torch_returns_stands_at_the_update_that_gave_it(name):
    """Output is the last layer's h; h_n and c_n are h and c after each cell's last update."""
    trace = NETS[name]().numpy()
    wanted = {}
    for (layer, direction, t, sample, unit, name), value in expected(trace).items():
        length = trace.seq_len if trace.lengths is None else trace.lengths[sample]
        if name == "h" and layer == trace.config.num_layers - 1:
            wanted[layer, direction, t, sample, unit, "output"] = value
        if name in ("h", "c") and t == (0 if direction == "reverse" else length - 1):
            wanted[layer, direction, t, sample, unit, f"{name}_n"] = value
    for frame in frames(trace):
        found = keyed(frame[frame["quantity"].isin(["output", "h_n", "c_n"])])

        assert found.keys() == wanted.keys()
        assert all(type(number)(found[key]) == number for key, number in wanted.items())


def test_returned_numbers_are_those_of_the_results_themselves():
    """A record whose output and h_n were changed by hand shows these in the table."""
    from dataclasses import replace

    trace = NETS["batch first"]().numpy()
    output, h_n = trace.output.copy(), trace.h_n.copy()
    output[1, 3, 5], h_n[3, 1, 2] = 7.0, 9.0
    found = keyed(read(trace_csv(replace(trace, output=output, h_n=h_n))))

    assert found[1, "reverse", 3, 1, 1, "output"] == 7.0
    assert found[1, "reverse", 0, 1, 2, "h_n"] == 9.0


def test_a_selection_narrows_every_column():
    trace = NETS["lstm"]()
    selection = Selection(
        layers=(1,),
        directions=("reverse",),
        timesteps=(0, 4),
        units=(1, 3),
        samples=(1,),
        quantities=("a", "wx_f", "h", "h_n"),
    )
    whole = keyed(read(trace_csv(trace)))
    for frame in frames(trace, selection):
        found = keyed(frame)
        assert set(frame["quantity"]) == {"a_i", "a_f", "a_g", "a_o", "wx_f", "h", "h_n"}
        assert len(frame) == 6 * 2 * 2 + 2
        assert all(key[0] == 1 and key[1] == "reverse" and key[3] == 1 for key in found)
        assert {key[2] for key in found} == {0, 4} and {key[4] for key in found} == {1, 3}
        assert all(np.float32(whole[key]) == np.float32(value) for key, value in found.items())


def test_units_leave_narrow_quantities_short():
    """x has 3 numbers here, h 4: unit 3 is of h alone."""
    found = read(trace_csv(NETS["rnn"](), Selection(units=(2, 3), quantities=("x", "h"))))

    assert set(zip(found["quantity"], found["unit"], strict=True)) == {("x", 2), ("h", 2), ("h", 3)}


def test_numbers_that_are_nan_or_infinite_stay():
    """Padding is left out by lengths, so that a NaN which a net computed is seen."""
    x = torch.tensor([[[float("nan")]], [[float("inf")]], [[-float("inf")]]])
    trace = rnnviz.trace(nn.RNN(1, 1), x)
    selection = Selection(quantities=("x",))

    assert trace_csv(trace, selection).decode().split("\r\n")[1:4] == [
        "0,forward,0,0,0,x,nan",
        "0,forward,1,0,0,x,inf",
        "0,forward,2,0,0,x,-inf",
    ]
    np.testing.assert_array_equal(frames(trace, selection)[1]["value"], x.flatten())


def test_tokens_stand_beside_sample_0():
    trace = NETS["packed"]()
    for frame, empty in zip(frames(trace, tokens=["h", "é", "l", "l"]), ("", None), strict=True):
        frame["token"] = frame["token"].astype(object).where(frame["token"].notna(), None)
        first = frame[frame["sample"] == 0]
        assert set(zip(first["t"], first["token"], strict=True)) == {(0, "h"), (1, "é")}
        assert set(frame[frame["sample"] > 0]["token"]) == {empty}


@pytest.mark.parametrize(
    "token", ["=1+2", "+1", "-1", "@A1", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠A"]
)
def test_a_token_that_is_a_formula_is_made_harmless_in_csv(token):
    trace = traced(nn.RNN(3, 4), 2, 3)
    text = trace_csv(trace, tokens=[token, "a=b"]).decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    _, parquet = frames(trace, tokens=[token, "a=b"])

    assert {row["token"] for row in rows} == {"'" + token, "a=b"}
    assert set(parquet["token"]) == {token, "a=b"}


def test_half_a_surrogate_pair_is_written_as_its_escape():
    for frame in frames(traced(nn.RNN(3, 4), 1, 3), tokens=["\ud800"]):
        assert set(frame["token"]) == {"\\ud800"}


BAD_SELECTIONS = {
    "layer": ({"layers": (2,)}, "layers must be among 0 to 1; got 2."),
    "direction": ({"directions": ("reverse",)}, "directions must be among forward; got 'reverse'."),
    "timestep": ({"timesteps": (0, 5)}, "timesteps must be among 0 to 4; got 5."),
    "sample": ({"samples": (2,)}, "samples must be among 0 to 1; got 2."),
    "unit": ({"units": (4,)}, "units must be among 0 to 3; got 4."),
    "gate": ({"quantities": ("f",)}, "quantities must be among x, wx_r, wx_z, .*, wh, a; got 'f'."),
    "output below": (
        {"layers": (0,), "quantities": ("output",)},
        "quantities must be among .*; got 'output'.",
    ),
}


@pytest.mark.parametrize("name", BAD_SELECTIONS)
def test_a_selection_of_what_is_not_there_says_what_is(name):
    fields, message = BAD_SELECTIONS[name]
    trace = traced(nn.GRU(3, 4, num_layers=2), 5, 2, 3)
    with pytest.raises(ValueError, match=message):
        trace_csv(trace, Selection(**fields))


BAD_FIELDS = {
    "list": ({"layers": [0]}, TypeError, r"layers must be a tuple or None, got \[0\]."),
    "empty": ({"units": ()}, ValueError, "units must name at least one"),
    "bool": ({"samples": (True,)}, TypeError, "samples must hold ints, got True."),
    "number": ({"quantities": (1,)}, TypeError, "quantities must hold strs, got 1."),
    "negative": ({"timesteps": (-1,)}, ValueError, "timesteps must be at least 0, got -1."),
    "backward": ({"directions": ("backward",)}, ValueError, "forward or reverse, got 'backward'."),
}


@pytest.mark.parametrize("name", BAD_FIELDS)
def test_a_selection_checks_itself(name):
    fields, kind, message = BAD_FIELDS[name]
    with pytest.raises(kind, match=message):
        Selection(**fields)


def test_a_selection_past_the_end_of_its_samples_is_refused():
    with pytest.raises(ValueError, match=r"their lengths are \(2, 4, 3\)"):
        trace_csv(NETS["packed"](), Selection(timesteps=(3,), samples=(0,)))


def test_a_batch_of_no_sample_has_no_table():
    trace = rnnviz.trace(lstm(), torch.zeros(5, 0, 3))
    with pytest.raises(ValueError, match="there are 0 samples"):
        trace_csv(trace)
    with pytest.raises(ValueError, match="samples must be among none; got 0"):
        trace_csv(trace, Selection(samples=(0,)))


def test_tokens_that_do_not_fit_are_refused():
    trace = NETS["rnn"]()
    with pytest.raises(ValueError, match=r"tokens must be one for each of 5 timesteps, got 2."):
        trace_csv(trace, tokens=["a", "b"])
    with pytest.raises(TypeError, match=r"tokens must be strings, got 3."):
        trace_parquet(trace, tokens=[1, 2, 3, 4, 5][2:])


@pytest.mark.parametrize("write", [trace_csv, trace_parquet])
def test_too_many_rows_are_refused_and_told_what_to_narrow(write, monkeypatch):
    """The bound itself is let through; one row more is not."""
    trace = NETS["rnn"]()  # h: 5 timesteps, 2 samples, 4 units
    h = Selection(quantities=("h",))
    for most, name in ((40, "fits"), (39, "does not")):
        monkeypatch.setattr(tables, "MAX_CSV_ROWS", most)
        monkeypatch.setattr(tables, "MAX_PARQUET_ROWS", most)
        if name == "fits":
            assert write(trace, h)
            continue
        with pytest.raises(TooLargeError) as caught:
            write(trace, h)

        assert str(caught.value) == (
            "the table would have 40 rows, more than the 39 allowed: narrow timesteps (now 5), "
            "units (now 4) or samples (now 2)."
        )


def test_too_many_rows_are_refused_before_memory_is_taken():
    """64 timesteps of a net of 4,096 units would be 400 MB of table."""
    import tracemalloc

    trace = traced(nn.RNN(8, 4096), 64, 2, 8).numpy()
    tracemalloc.start()
    with pytest.raises(TooLargeError, match="narrow units"):
        trace_csv(trace)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 2**20
