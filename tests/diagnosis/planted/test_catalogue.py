"""What the catalogue of mistakes says about its own entries holds for the planted ones."""

import itertools

import pytest
import torch

from tests.diagnosis.planted import PLANTED, applies, planted
from tests.diagnosis.planted.test_planted import BOTH_WAYS, KINDS, LENGTHS, build, by_torch, differs


def same(ours, right):
    torch.testing.assert_close(ours, right, rtol=0, atol=1e-12)


def zeros_of(hx):
    return tuple(map(torch.zeros_like, hx)) if isinstance(hx, tuple) else torch.zeros_like(hx)


@pytest.mark.parametrize("kind", KINDS)
def test_single_mistakes_are_told_apart(kind):
    """Any two mistakes on the same net give different shapes, or numbers 1.9e-2 apart."""
    module, input, hx = build(kind, **BOTH_WAYS)
    results = [planted(id, module, input, hx) for id in PLANTED if applies(id, module)]

    for one, other in itertools.combinations(results, 2):
        assert any(
            a.shape != b.shape or (a - b).abs().max() > 1.9e-2
            for a, b in zip(one, other, strict=True)
        )


@pytest.mark.parametrize("kind", KINDS)
def test_mistakes_about_h_0_vanish_when_it_is_zero(kind):
    module, input, hx = build(kind, **BOTH_WAYS)
    right = by_torch(module, input)

    for id in PLANTED:
        if "h_0" in PLANTED[id].needs and applies(id, module):
            same(planted(id, module, input, zeros_of(hx)), right)
    same(
        planted("H1-state-never-updated", module, input),
        planted("H2-state-zero-each-step", module, input),
    )
    same(
        planted("D3-not-reversed", module, input)[0],
        planted("D4-flip-batch-axis", module, input)[0],
    )


def test_cell_not_carried_is_forget_term_dropped_when_c_0_is_zero():
    module, input, _ = build("LSTM", **BOTH_WAYS)

    same(
        planted("L9-cell-not-carried", module, input),
        planted("L11-forget-term-dropped", module, input),
    )


@pytest.mark.parametrize("kind", ["RNN", "LSTM"])
def test_swapped_biases_vanish_outside_a_gru(kind):
    module, input, hx = build(kind, **BOTH_WAYS)

    assert not applies("B7-bias-swapped", module)
    same(planted("B7-bias-swapped", module, input, hx), by_torch(module, input, hx))


@pytest.mark.parametrize("kind", KINDS)
def test_mistakes_about_biases_vanish_when_they_are_zero(kind):
    module, input, hx = build(kind, **BOTH_WAYS)
    module.load_state_dict({k: v * ("weight" in k) for k, v in module.state_dict().items()})

    for id in PLANTED:
        if id.startswith("B") and applies(id, module):
            same(planted(id, module, input, hx), by_torch(module, input, hx))


def test_hn_at_last_padded_step_is_hn_from_last_step():
    module, input, hx = build("GRU", **BOTH_WAYS)
    k4 = planted("K4-hn-at-last-padded-step", module, input, hx, LENGTHS)

    same(k4, planted("N5-hn-from-output-last-step", module, input, hx, LENGTHS))
    assert (k4[1][-2:] == 0).all()


def test_h_0_slice_i_is_wrong_first_at_the_first_steps_of_layer_1():
    module, input, hx = build("RNN", **BOTH_WAYS)
    (output, h_n), (right, right_h_n) = (
        planted("H6-h0-slice-i", module, input, hx),
        by_torch(module, input, hx),
    )
    wrong = (output - right).abs().amax((1, 2))  # (seq_len,)

    same(h_n[:2], right_h_n[:2])
    assert wrong[0] > 1
    assert wrong[-1] > 1


@pytest.mark.parametrize("kind", KINDS)
def test_time_first_loop_is_right_in_layer_0_and_wrong_everywhere_above(kind):
    module, input, hx = build(kind, **BOTH_WAYS)
    ours, right = planted("D13-time-first-loop", module, input, hx), by_torch(module, input, hx)

    same(ours[1][:2], right[1][:2])
    assert ((ours[0] - right[0]).abs().amax((1, 2)) > 1e-3).all()
    one_layer = build(kind, bidirectional=True)
    same(planted("D13-time-first-loop", *one_layer), by_torch(*one_layer))


def test_batch_first_ignored_runs_with_h_0_when_t_is_b():
    module, input, hx = build("LSTM", **BOTH_WAYS)
    square = input[:3]  # (batch, batch, input_size)

    assert not applies("T1-batch-first-ignored", module)
    ours = planted("T1-batch-first-ignored", module, square, hx)
    assert differs(ours, by_torch(module, square, hx))
    turned = by_torch(module, square.transpose(0, 1), hx)
    same(ours, (turned[0].transpose(0, 1), *turned[1:]))
