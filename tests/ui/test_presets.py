"""Presets set what there is to set, within its bounds."""

import pytest

from rnnviz.limits import MAX_BATCH, MAX_HIDDEN_SIZE, MAX_INPUT_SIZE, MAX_LAYERS, MAX_SEQ_LEN
from rnnviz.ui.presets import PRESETS
from rnnviz.ui.settings import DEFAULTS

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
