"""A packed run, taken apart by hand: every number bit by bit, and what the header says."""

import json
import math
import shutil
import struct
import subprocess
from dataclasses import replace
from hashlib import blake2b

import numpy as np
import pytest
import torch

import rnnviz
from rnnviz import Step
from rnnviz.config import ITEM_BYTES
from rnnviz.figures import Look
from rnnviz.figures.ranges import input_scale, product_scale, state_scale, weight_scale
from rnnviz.scene.assemble import script
from rnnviz.scene.blob import Words, fingerprint, pack
from rnnviz.scene.what_if import WhatIf
from tests.engine.test_forward import make
from tests.figures.conftest import typed_comparison, typed_trace

DTYPES = [torch.float32, torch.float64, torch.float16, torch.bfloat16]
BITS = {2: (torch.int16, np.uint16), 4: (torch.int32, np.uint32), 8: (torch.int64, np.uint64)}
STATES = ("wx", "wh", "a", "h")


def strict(text):
    """JSON as a browser reads it, which knows neither NaN nor Infinity."""

    def refuse(word):
        raise AssertionError(f"{word} is no JSON")

    return json.loads(text, parse_constant=refuse)


def unpacked(packed):
    """The header, x and the arrays of every lane as the bits of their numbers."""
    (length,) = struct.unpack("<I", packed[8:12])
    header = strict(packed[12 : 12 + length].decode("utf-8"))
    size = ITEM_BYTES[header["dtype"]]
    place = 12 + length

    def take(*shape):
        nonlocal place
        start = -(-place // 8) * 8
        assert set(packed[place:start]) <= {0}
        place = start + size * math.prod(shape)
        kind = np.dtype(BITS[size][1]).newbyteorder("<")
        return np.frombuffer(packed[start:place], kind).reshape(shape)

    seq_len = header["seq_len"]
    x = take(seq_len, header["input_size"])
    lanes = []
    for _, _, input_size, hidden_size, *_ in header["lanes"]:
        arrays = {"h_0": take(hidden_size)}
        arrays |= {name: take(seq_len, hidden_size) for name in (*STATES, "torch_h")}
        arrays["weight_ih"] = take(hidden_size, input_size)
        arrays["weight_hh"] = take(hidden_size, hidden_size)
        if header["bias"]:
            arrays |= {name: take(hidden_size) for name in ("bias_ih", "bias_hh")}
        lanes.append(arrays)
    assert len(packed) == -(-place // 8) * 8
    assert set(packed[place:]) <= {0}
    return header, x, lanes


def bits(tensor):
    """The bits of a tensor, however its numbers are called."""
    signed, unsigned = BITS[tensor.element_size()]
    return tensor.detach().contiguous().view(signed).numpy().view(unsigned)


def runs(dtype=torch.float32, **options):
    """(input, trace, comparison), both as torch tensors."""
    net, x, h_0 = make(dtype, **options)
    trace = rnnviz.trace(net, x, h_0)
    return x, trace, rnnviz.compare(trace, net)


def packed_run(trace, truth, **options):
    return pack(trace, truth.numpy().cells, **options)


# Odd sizes: no array but the weights ends at a multiple of 8.
SIZES = (5, 2, 3, 7)
CASES = {
    "both ways": {"num_layers": 2, "bidirectional": True},
    "forward only": {"num_layers": 3},
    "no bias": {"num_layers": 2, "bidirectional": True, "bias": False},
    "relu": {"num_layers": 1, "bidirectional": True, "nonlinearity": "relu", "scale": 0.3},
    "batch_first": {"num_layers": 2, "bidirectional": True, "batch_first": True},
    "one timestep": {"num_layers": 2, "bidirectional": True, "sizes": (1, 2, 3, 7)},
    "one of each": {"sizes": (1, 2, 1, 1)},
}


@pytest.mark.parametrize("sample", [0, 1])
@pytest.mark.parametrize("options", CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_every_number_arrives_bit_by_bit(dtype, options, sample):
    x, trace, truth = runs(dtype, **{"sizes": SIZES} | options)
    header, packed_x, lanes = unpacked(packed_run(trace, truth, sample=sample))

    x_of_sample = x[sample] if options.get("batch_first") else x[:, sample]
    np.testing.assert_array_equal(packed_x, bits(x_of_sample))
    assert len(lanes) == len(trace.cells)
    for lane, cell, torch_h in zip(lanes, trace.cells, truth.cells, strict=True):
        np.testing.assert_array_equal(lane["h_0"], bits(cell.h_0[sample]))
        for name in STATES:
            np.testing.assert_array_equal(lane[name], bits(getattr(cell, name)[:, sample]), name)
        np.testing.assert_array_equal(lane["torch_h"], bits(torch_h[:, sample]))
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            if header["bias"] or not name.startswith("bias"):
                np.testing.assert_array_equal(lane[name], bits(getattr(cell, name)), name)
    assert header["bias"] == options.get("bias", True)
    assert header["sample"] == sample


def test_an_input_without_a_batch_is_its_only_sample():
    x, trace, truth = runs(sizes=SIZES, unbatched=True, bidirectional=True)
    header, packed_x, lanes = unpacked(packed_run(trace, truth))

    np.testing.assert_array_equal(packed_x, bits(x))
    np.testing.assert_array_equal(lanes[1]["h"], bits(trace.output[:, 7:]))
    assert header["batched"] is False


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_a_record_on_the_host_packs_alike(dtype):
    """Numpy has no bfloat16: on the host such a record holds float32."""
    _, trace, truth = runs(dtype, bidirectional=True)

    assert packed_run(trace.numpy(), truth) == packed_run(trace, truth)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_what_is_no_ordinary_number_passes_through(dtype):
    """Infinities, NaN, the smallest numbers and a negative zero; the header stays plain JSON."""
    tiny = torch.finfo(dtype).smallest_normal / 4
    _, trace, truth = runs(dtype, sizes=(6, 1, 6, 6), bidirectional=True)
    row = torch.tensor([torch.inf, -torch.inf, torch.nan, -0.0, tiny, -tiny]).to(dtype)
    odd = row.expand(6, 1, 6).contiguous()
    cells = tuple(
        replace(cell, x=odd, wx=odd, wh=odd, a=odd, h=odd, h_0=odd[0]) for cell in trace.cells
    )
    odd_trace, theirs = replace(trace, cells=cells), truth.numpy().cells
    header, x, lanes = unpacked(pack(odd_trace, theirs))

    np.testing.assert_array_equal(x, bits(odd[:, 0]))
    for name in STATES:
        np.testing.assert_array_equal(lanes[1][name], bits(odd[:, 0]))
    assert all(0 < limit < math.inf for pair in header["limits"].values() for limit in pair)


def test_the_header_says_what_there_is():
    trace = typed_trace()
    truth = typed_comparison(trace, by=0.25)
    header, *_ = unpacked(pack(trace, truth.cells, sample=1))
    layout, limits = header.pop("layout"), header.pop("limits")

    assert header.pop("apart") == pytest.approx(0.25)
    assert header == {
        "dtype": "float32",
        "seq_len": 5,
        "input_size": 4,
        "bias": True,
        "sample": 1,
        "batched": True,
        "batch_first": False,
        "lanes": [
            [0, "forward", 4, 3, "tanh"],
            [0, "reverse", 4, 3, "tanh"],
            [1, "forward", 6, 3, "tanh"],
            [1, "reverse", 6, 3, "tanh"],
        ],
    }
    scales = {"h": state_scale, "x": input_scale, "product": product_scale, "weight": weight_scale}
    full, fitted = Look(), Look(fit=True)
    expected = {
        name: [scale(trace, full).limit, scale(trace, fitted).limit]
        for name, scale in scales.items()
    }
    assert limits == expected
    assert limits["h"] == [1.0, pytest.approx(0.92, abs=0.02)]
    # Counted by hand: 48 px of input, lanes of 42 px, each layer in a band with a pill above.
    assert layout == [
        508,
        48,
        [
            [82, 248, 264, [[104, 146], [184, 226]]],
            [308, 474, 490, [[330, 372], [410, 452]]],
        ],
    ]


def test_the_difference_is_that_of_the_sample():
    trace = typed_trace()
    theirs = list(typed_comparison(trace).cells)
    theirs[2] = theirs[2].copy()
    theirs[2][3, 1, 0] += 0.5

    assert unpacked(pack(trace, theirs, sample=0))[0]["apart"] == 0.0
    assert unpacked(pack(trace, theirs, sample=1))[0]["apart"] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"layout": "batch-first"}, {"batch_first": True, "batched": True}),
        ({"layout": "unbatched", "batch": 1}, {"batch_first": False, "batched": False}),
        ({"layers": 1, "both": False}, {"lanes": [[0, "forward", 4, 3, "tanh"]]}),
        ({"seq_len": 1}, {"seq_len": 1}),
        ({"inputs": 9, "hidden": 2, "layers": 1}, {"input_size": 9}),
    ],
    ids=["batch first", "unbatched", "one lane", "one timestep", "sizes"],
)
def test_the_header_follows_the_run(options, expected):
    trace = typed_trace(**options)
    header, *_ = unpacked(pack(trace, typed_comparison(trace).cells))

    assert header | expected == header


def test_labels_are_cut_and_what_cannot_be_seen_is_made_visible():
    trace = typed_trace(seq_len=6)
    labels = ["a" * 13, " \n", "\x00\u202e", "<b>&", "中?", "\ud800"]
    packed = pack(trace, typed_comparison(trace).cells, words=Words(labels=labels))

    assert unpacked(packed)[0]["labels"] == ["a" * 11 + "…", "␣↵", "��", "<b>&", "中?", "�"]
    assert '"中?"'.encode() in packed
    assert "labels" not in unpacked(pack(trace, typed_comparison(trace).cells))[0]


def test_the_verdict_on_a_wrong_run_is_in_the_header():
    trace = typed_trace(seq_len=3, layers=1)
    judged = WhatIf(difference=0.5, limit=1e-5, first=[Step(0, "reverse", 2)], wrong=["000", "110"])
    packed = pack(trace, typed_comparison(trace).cells, what_if=judged)

    assert unpacked(packed)[0]["what_if"] == {
        "difference": 0.5,
        "limit": 1e-5,
        "first": [[0, "reverse", 2]],
        "wrong": ["000", "110"],
        "mistake": "",
    }
    right = pack(trace, typed_comparison(trace).cells)
    assert "what_if" not in unpacked(right)[0]
    assert fingerprint(right) != fingerprint(packed)


def test_a_verdict_without_a_finite_difference_can_be_read():
    """As after an overflow in only one of the two; `Infinity` would stop the browser's parser."""
    trace = typed_trace(seq_len=3, layers=1)
    judged = WhatIf(difference=math.inf, limit=1e-5, first=[], wrong=["000", "000"])
    header, *_ = unpacked(pack(trace, typed_comparison(trace).cells, what_if=judged))

    assert header["what_if"]["difference"] is None


def test_columns_are_words_to_be_seen():
    trace = typed_trace(seq_len=3, layers=1)
    names = tuple(f"{k}\t" for k in range(trace.cells[0].input_size))
    header, *_ = unpacked(pack(trace, typed_comparison(trace).cells, words=Words(columns=names)))

    assert header["columns"] == [f"{k}⇥" for k in range(len(names))]


@pytest.mark.parametrize("sample", [-1, 2])
def test_a_sample_that_is_not_there_is_refused(sample):
    trace = typed_trace(seq_len=3, layers=1)

    with pytest.raises(ValueError, match=f"sample must be between 0 and 1, got {sample}"):
        pack(trace, typed_comparison(trace).cells, sample=sample)


def test_labels_that_are_no_label_per_timestep_are_refused():
    trace = typed_trace(seq_len=3, layers=1)

    with pytest.raises(ValueError, match="labels must hold one text per timestep, 3 in all, got 2"):
        pack(trace, typed_comparison(trace).cells, words=Words(labels=("a", "b")))


def test_the_fingerprint_is_that_of_all_that_follows():
    _, trace, truth = runs(bidirectional=True)
    packed = packed_run(trace, truth)

    assert fingerprint(packed) == packed[:8].hex()
    assert packed[:8] == blake2b(packed[8:], digest_size=8).digest()
    _, again, truth_again = runs(bidirectional=True)
    assert packed_run(again, truth_again) == packed


def flipped(tensor):
    """The same tensor but for the last bit of its last number."""
    changed = tensor.clone()
    changed.view(BITS[tensor.element_size()][0]).view(-1)[-1] ^= 1
    return changed


FIELDS = ("x", "h_0", *STATES, "weight_ih", "weight_hh", "bias_ih", "bias_hh", "torch_h")


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("field", FIELDS)
def test_the_fingerprint_changes_with_any_number(field, dtype):
    """In each cell; the inputs of the upper layers are states below."""
    _, trace, truth = runs(dtype, sizes=(3, 2, 3, 4), num_layers=2, bidirectional=True)
    rows = range(1) if field == "x" else range(4)
    marks = {fingerprint(packed_run(trace, truth, sample=1))}
    for row in rows:
        cells, theirs = list(trace.cells), list(truth.cells)
        if field == "torch_h":
            theirs[row] = flipped(theirs[row])
        else:
            cells[row] = replace(cells[row], **{field: flipped(getattr(cells[row], field))})
        changed = replace(trace, cells=tuple(cells)), replace(truth, cells=tuple(theirs))
        marks.add(fingerprint(packed_run(*changed, sample=1)))

    assert len(marks) == 1 + len(rows)


def test_a_sample_and_labels_are_part_of_the_fingerprint():
    trace = typed_trace(batch=2)
    cells = typed_comparison(trace).cells
    packed = [
        pack(trace, cells),
        pack(trace, cells, sample=1),
        pack(trace, cells, words=Words(labels=list("hello"))),
        pack(trace, cells, words=Words(labels=list("hellO"))),
    ]

    assert len({fingerprint(one) for one in packed}) == 4


@pytest.mark.parametrize("input_size", [8, 64])
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("sizes", [(2, 2, 12, 8), (4, 2, 64, 64)], ids=str)
def test_a_packed_run_is_hardly_larger_than_its_numbers(sizes, dtype, input_size):
    num_layers, directions, seq_len, hidden_size = sizes
    options = {"num_layers": num_layers, "bidirectional": directions == 2}
    _, trace, truth = runs(dtype, sizes=(seq_len, 2, input_size, hidden_size), scale=0.3, **options)
    numbers = seq_len * input_size
    for cell in trace.cells:
        numbers += hidden_size * (1 + 5 * seq_len + cell.input_size + hidden_size + 2)

    assert len(packed_run(trace, truth)) <= 1.1 * numbers * ITEM_BYTES[trace.config.dtype]


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_the_browser_reads_the_same_numbers(dtype, tmp_path):
    """What the player's own code makes of the bytes, wherever they begin."""
    _, trace, truth = runs(dtype, sizes=SIZES, num_layers=2, bidirectional=True)
    packed = packed_run(trace, truth, sample=1, words=Words(labels=list("hello")))
    (tmp_path / "run.mjs").write_text(script("run"), "utf-8")
    (tmp_path / "packed").write_bytes(b"odd" + packed)
    (tmp_path / "main.mjs").write_text(
        """
        import { readFileSync } from "node:fs";
        import { openRun } from "./run.mjs";
        const run = openRun(new Uint8Array(readFileSync(process.argv[2])).subarray(3));
        const plain = (key, value) => {
          if (key === "below") return value.map((lane) => lane.index);
          return ArrayBuffer.isView(value) ? Array.from(value) : value;
        };
        console.log(JSON.stringify(run, plain));
        """,
        "utf-8",
    )
    command = ["node", str(tmp_path / "main.mjs"), str(tmp_path / "packed")]
    run = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    assert run["hash"] == fingerprint(packed)
    assert run["labels"] == list("hello")
    assert (run["seqLen"], run["inputSize"], run["numLayers"], run["numDirections"]) == (5, 3, 2, 2)
    assert run["x"] == trace.cells[0].x[:, 1].double().flatten().tolist()
    for lane, cell, torch_h in zip(run["lanes"], trace.cells, truth.cells, strict=True):
        assert (lane["layer"], lane["direction"]) == (cell.layer, cell.direction)
        assert lane["below"] == ([] if cell.layer == 0 else [0, 1])
        assert lane["h_0"] == cell.h_0[1].double().tolist()
        assert lane["torch_h"] == torch_h[:, 1].double().flatten().tolist()
        for name in STATES:
            assert lane[name] == getattr(cell, name)[:, 1].double().flatten().tolist()
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            assert lane[name] == getattr(cell, name).double().flatten().tolist()


def test_head_is_told_timestep_by_timestep():
    trace = typed_trace(seq_len=2, layers=1)
    words = Words(head="fc\n", likeliest=[[("a", 0.75), (" ", 0.25)], []])
    header, *_ = unpacked(pack(trace, typed_comparison(trace).cells, words=words))

    assert header["head"] == ["fc↵", [[["a", 0.75], ["␣", 0.25]], []]]


def test_what_is_held_is_told_lane_by_lane():
    net = torch.nn.RNN(2, 3, 2)
    clamps = [rnnviz.Clamp(quantity="h", layer=1, start=1, unit=2, value="hold")]
    trace = rnnviz.trace(net, torch.randn(4, 1, 2), clamps=clamps)
    header, *_ = unpacked(pack(trace.numpy(), rnnviz.compare(trace, net).numpy().cells))

    below, above = header["lanes"]
    assert below[4] == "tanh"
    assert above[5]["clamps"] == [["h", 1, 4, 2, "hold"]]
