"""Presets set what there is to set, within its bounds."""

from dataclasses import replace

import numpy as np
import pytest

from rnnviz.limits import MAX_BATCH, MAX_HIDDEN_SIZE, MAX_INPUT_SIZE, MAX_LAYERS, MAX_SEQ_LEN
from rnnviz.ui.cache import make_run
from rnnviz.ui.presets import PRESETS
from rnnviz.ui.settings import DEFAULTS, Settings

MOST = {
    "layers": MAX_LAYERS,
    "hidden": MAX_HIDDEN_SIZE,
    "inputs": MAX_INPUT_SIZE,
    "steps": MAX_SEQ_LEN,
    "batch": MAX_BATCH,
}


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_names_settings_of_their_type_within_their_bounds(name):
    for key, value in PRESETS[name].settings.items():
        assert type(value) is type(DEFAULTS[key]), key
        assert not isinstance(value, int) or 0 <= value <= MOST.get(key, 1), key


def test_the_first_preset_is_the_first_screen():
    assert next(iter(PRESETS.values())).settings == {}


def test_a_preset_keeps_its_title():
    """A link holds it."""
    assert list(PRESETS)[:10] == [
        "hello, the first screen",
        "nn.RNN by hand, in four functions",
        "Shapes of nn.RNN: (8, 5, 100)",
        "Time first: a common wrong order",
        "An image, row by row",
        "Remembers the first token",
        "Delays by three steps",
        "Counts brackets",
        "Toggles: parity of ones",
        "Oscillates by itself",
    ]


@pytest.mark.parametrize(
    ("name", "kind", "layers", "bidirectional", "lengths"),
    [
        ("An LSTM, gate by gate", "LSTM", 1, False, None),
        ("A GRU, gate by gate", "GRU", 1, False, None),
        ("Custom LSTM cell and stack", "LSTM", 2, True, None),
        ("Padding: lengths 4, 7, 2", "GRU", 1, True, (4, 7, 2)),
        ("An LSTM that counts brackets", "LSTM", 1, False, None),
        ("An LSTM that remembers a flag", "LSTM", 1, False, None),
    ],
)
def test_a_preset_is_the_net_of_its_title(name, kind, layers, bidirectional, lengths):
    run = make_run(settings_of(name), ("", b""))
    config = run.trace.config

    assert (config.kind, config.num_layers, config.bidirectional) == (kind, layers, bidirectional)
    assert run.trace.lengths == lengths
    assert run.comparison.equal


def test_the_stacks_of_the_presets_are_those_of_their_titles():
    wide = make_run(settings_of("Two cells, 30 and 10 wide"), ("", b"")).trace
    linear = make_run(settings_of("A piecewise-linear LSTM stack"), ("", b"")).trace

    assert [(cell.input_size, cell.hidden_size) for cell in wide.cells] == [(100, 30), (30, 10)]
    assert {cell.activations for cell in linear.cells} == {
        ("hardsigmoid", "hardsigmoid", "hardtanh", "hardsigmoid", "hardtanh")
    }


def test_the_brackets_of_the_preset_are_counted():
    cell = make_run(settings_of("An LSTM that counts brackets"), ("", b"")).trace.cells[0]

    assert cell.c[:, 0, 0].tolist() == [1, 1, 2, 2, 1, 2, 3, 3, 2, 1, 0]


def test_the_flag_of_the_preset_is_held():
    cell = make_run(settings_of("An LSTM that remembers a flag"), ("", b"")).trace.cells[0]

    assert cell.c[:, 0, 0].round().tolist() == [0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 1, 0]


def test_the_reverse_direction_of_the_padding_preset_starts_at_each_samples_end():
    """Its first update is that of the sample alone, without padding."""
    settings = settings_of("Padding: lengths 4, 7, 2")
    packed = make_run(settings, ("", b"")).trace.cell(0, "reverse")
    full = make_run(replace(settings, lengths=""), ("", b"")).trace.cell(0, "reverse")

    for sample, length in enumerate((4, 7, 2)):
        last = packed.wh[length - 1, sample]
        np.testing.assert_allclose(last, packed.weight_hh @ packed.h_0[sample], atol=1e-6)
    assert np.abs(packed.h[0, 0] - full.h[0, 0]).max() > 1e-3


def settings_of(name):
    values = DEFAULTS | PRESETS[name].settings
    return Settings(**{field: values[field] for field in Settings.__dataclass_fields__})
