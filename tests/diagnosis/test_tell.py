"""What is said of runs that fit: chance, and what would tell them apart."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.diagnosis.case import case_of
from rnnviz.diagnosis.mistake import Mistake
from rnnviz.diagnosis.numbers import Known
from rnnviz.diagnosis.search import Evidence, Searched, Tried, applicable, judge
from rnnviz.diagnosis.tell import by_chance, telling
from rnnviz.engine.varied import Changes, Returned, Varied, run_varied

NAN = np.nan
# Of a standard deviation of 1.
TORCH = [-1.0, 1.0, -1.0, 1.0]


def run(output, h_n=None):
    results = [None if one is None else torch.tensor(one).double() for one in (output, h_n)]
    return Varied(Returned(*results, None), [], None)


def chance(output, count, *, known=None, limit=0.01, torchs=TORCH, shape=None, **h_n):
    """Whether a run that gives `output` could be one of `count` by chance."""
    values = {"output": output if known is None else known}
    values |= {name: one[0] for name, one in h_n.items()}
    held = {n: Known(values=np.array(v), rounding=np.zeros(np.shape(v))) for n, v in values.items()}
    limits = {n: np.broadcast_to(limit, shape or one.values.shape) for n, one in held.items()}
    got = run(output, *(one[0] for one in h_n.values()))
    right = run(torchs, *(one[1] for one in h_n.values()))
    return by_chance(Tried((), got, 0.0, True), right, Evidence(held, limits), count)


@pytest.mark.parametrize(
    ("output", "count", "expected"),
    [
        # A number that is not torch's fits by chance in one of 50 cases.
        ([0.0, 1.0, -1.0, 1.0], 1, True),
        ([0.0, 0.0, -1.0, 1.0], 1, False),
        ([0.0, 0.0, -1.0, 1.0], 24, False),
        ([0.0, 0.0, -1.0, 1.0], 26, True),
        ([0.0, 0.0, 0.0, 1.0], 1249, False),
        ([0.0, 0.0, 0.0, 1.0], 1251, True),
        # Within twice the limit of torch's they say nothing.
        ([0.0, 0.0, -0.981, 1.019], 26, True),
        ([0.0, 0.0, -0.979, 1.021], 26, False),
        (TORCH, 1, True),
    ],
)
def test_numbers_that_are_not_torchs_speak_for_a_mistake(output, count, expected):
    assert chance(output, count) == expected


def test_what_is_unknown_does_not_speak():
    output, known = [0.0, 0.0, 0.0, 1.0], [0.0, NAN, 0.0, NAN]
    assert not chance(output, 24, known=known)
    assert chance(output, 26, known=known)


def test_of_another_shape_every_number_speaks():
    """Of which torch's own are as good as others, and the limits are of the widest."""
    assert not chance([-1.0, 1.0], 24, shape=(4,))
    assert chance([-1.0, 1.0], 26, shape=(4,))
    assert not chance([-1.0, 1.0, 0.5], 24, known=[-1.0, NAN, 0.5], shape=(4,))
    assert chance([-1.0, 1.0, 0.5], 26, known=[-1.0, NAN, 0.5], shape=(4,))


def test_of_several_results_all_numbers_speak_together():
    one = [0.0, 1.0, -1.0, 1.0]
    assert chance(one, 1)
    assert not chance(one, 24, h_n=(one, TORCH))
    assert chance(one, 26, h_n=(one, TORCH))
    assert chance(one, 1, h_n=(TORCH, TORCH))


def test_wide_limits_and_numbers_without_spread_are_no_odds_above_one():
    assert not chance([9.0] * 4, 1, limit=0.01)
    assert chance([9.0] * 4, 1, limit=3.0)
    assert chance([9.0, 9.0, 0.0, 0.0], 1, limit=0.01, torchs=[0.0] * 4)
    # The first says nothing: 5 * 0.02 ** 2.
    assert not chance([9.0, 0.0, 0.0, 1.0], 5, limit=[3.0, 0.01, 0.01, 0.01])


def test_what_torch_has_no_number_for_is_no_part_of_the_spread():
    """Padding; the rest deviates by 0.94."""
    given = {"known": [0.0, 0.0, NAN, 1.0], "torchs": [-1.0, 1.0, NAN, 1.0]}
    assert not chance([0.0, 0.0, 0.0, 1.0], 22, **given)
    assert chance([0.0, 0.0, 0.0, 1.0], 23, **given)


def made(kind="RNN", layers=2, both=True, given=True, **options):
    torch.manual_seed(0)
    net = getattr(nn, kind)(3, 4, layers, bidirectional=both, **options)
    rows = layers * (1 + both)
    states = [torch.randn(rows, 2, 4) for _ in range(2)]
    hx = tuple(states) if kind == "LSTM" else states[0]
    return case_of(net, torch.randn(3, 2, 3), hx if given else None)


def said(case, verdict, mistakes, names=("output",), counts=(9, 9)):
    """The notes on the runs with these mistakes, all said to fit what the first one gives."""
    right, runs = run_varied(case), []
    for ids in mistakes:
        ids = (ids,) if isinstance(ids, str) else ids
        found = [next(one for one in applicable(case) if one.id == id) for id in ids]
        changes = found[0].changes
        for one in found[1:]:
            changes = changes.then(one.changes)
        runs.append(Tried(tuple(found), run_varied(case, changes), 0.0, True))
    results = (runs[0].run if runs else right).returned._asdict()
    known = {name: Known(values=results[name].numpy(), rounding=np.zeros(1)) for name in names}
    limits = {name: np.zeros(one.values.shape) for name, one in known.items()}
    evidence = Evidence(known, limits)
    judged = judge((), right, evidence)
    return telling(case, right, evidence, (verdict, runs, Searched([], *counts)), judged)


def test_each_that_fits_besides_the_first_is_told_apart():
    case = made(given=False)
    ids = ["H1-state-never-updated", "H2-state-zero-each-step", "N2-hn-layers-reversed"]
    notes = said(case, "ambiguous", ids)
    assert notes == (
        "The numbers of a run with a random h_0 would tell H1-state-never-updated and "
        "H2-state-zero-each-step apart.",
        "More digits, or more numbers, of output would tell H1-state-never-updated and "
        "N2-hn-layers-reversed apart.",
    )
    (note,) = said(case, "ambiguous", ["N1-hn-direction-major", "N2-hn-layers-reversed"])
    assert note == "h_n would tell N1-hn-direction-major and N2-hn-layers-reversed apart."
    (note,) = said(case, "ambiguous", ["D11-sum-directions", "D12-mean-directions"])
    assert note.startswith("More digits, or more numbers, of output")
    (note,) = said(case, "ambiguous", ["N2-hn-layers-reversed", "D11-sum-directions"], ("h_n",))
    assert note.startswith("output would tell")


def test_runs_of_two_mistakes_are_told_apart_as_such():
    """By the numbers of both at once, not of the second alone."""
    case = made(given=False, both=False)
    pairs = [
        ("H1-state-never-updated", "N2-hn-layers-reversed"),
        ("H2-state-zero-each-step", "N2-hn-layers-reversed"),
    ]
    (note,) = said(case, "ambiguous", pairs)
    assert note == (
        "The numbers of a run with a random h_0 would tell H1-state-never-updated + "
        "N2-hn-layers-reversed and H2-state-zero-each-step + N2-hn-layers-reversed apart."
    )


def test_what_h_0_cannot_tell_apart_biases_or_weights_may():
    """Of an LSTM c_0 is drawn too; with biases of zeros no mistake about them shows."""
    case = made("LSTM", given=False)
    (note,) = said(case, "ambiguous", ["H1-state-never-updated", "H2-state-zero-each-step"])
    assert "a run with random h_0 and c_0 would" in note
    case = made("GRU")
    zeros = [{n: w * (not n.startswith("bias")) for n, w in cell.items()} for cell in case.weights]
    (note,) = said(
        case._replace(weights=tuple(zeros)), "ambiguous", ["B1-no-bias-hh", "B2-no-bias-ih"]
    )
    assert "a run with random biases and initial states would tell" in note
    nothing = [{n: w * 0 for n, w in cell.items()} for cell in case.weights]
    case = case._replace(weights=tuple(nothing), h_0=case.h_0 * 0)
    (note,) = said(case, "ambiguous", ["W1-hh-not-transposed", "G3-update-swapped"])
    assert "a run with random" in note


def invented(**changes):
    return Mistake(
        id="Z1", group="Results", sentence="", wrong="", right="", changes=Changes(**changes)
    )


@pytest.mark.parametrize(("off", "words"), [(9e-4, "compute the same"), (2e-3, "a random h_0")])
def test_four_digits_must_tell_apart(off, words):
    case = made()
    right = run_varied(case)
    same, moved = (
        invented(laid_out=lambda returned, _: returned._replace(output=returned.output + 0.0)),
        invented(laid_out=lambda returned, _: returned._replace(output=returned.output + off)),
    )
    fitting = [Tried((one,), right, 0.0, True) for one in (same, moved)]
    found = ("ambiguous", fitting, Searched([], 9, 9))
    held = {"output": Known(values=right.returned.output.numpy(), rounding=np.zeros(1))}
    evidence = Evidence(held, {"output": np.zeros(1)})
    (note,) = telling(case, right, evidence, found, judge((), right, evidence))
    assert words in note


def test_calls_that_would_show_more_draw_states_then_biases_then_weights():
    case, heard = made("LSTM", given=False), []
    one = invented(case=lambda case: heard.append(case) or case)
    right = run_varied(case)
    fitting = [Tried((one,), right, 0.0, True)] * 2
    held = {"h_n": Known(values=right.returned.h_n.numpy(), rounding=np.zeros(1))}
    evidence = Evidence(held, {"h_n": np.zeros(1)})
    found = ("ambiguous", fitting, Searched([], 9, 9))
    telling(case, right, evidence, found, judge((), right, evidence))

    assert len(heard) == 6
    drawn = [
        {name for name, w in case.weights[3].items() if not torch.equal(w, one.weights[3][name])}
        for one in heard[::2]
    ]
    biases = {"bias_ih", "bias_hh"}
    assert drawn == [set(), biases, biases | {"weight_ih", "weight_hh"}]
    for one in heard:
        assert one.states_given and one.h_0.std() > 0.5 and one.c_0.std() > 0.5
    assert [torch.equal(one.x, case.x) for one in heard[::2]] == [True, True, False]


def test_an_input_of_zeros_is_drawn_past_which_padding_stays():
    """Zeros hide what is wrong with W_ih, whatever the weights are."""
    case = made("LSTM")
    case = case._replace(x=torch.zeros(3, 2, 4), config=replace(case.config, input_size=4))
    cells = [cell | {"weight_ih": torch.randn(16, 4)} for cell in case.weights[:2]]
    case = case._replace(weights=(*cells, *case.weights[2:]), lengths=(3, 2), shown=(3, 2))
    case.x[2, 1] = NAN

    def turned(case):
        first = case.weights[0] | {"weight_ih": case.weights[0]["weight_ih"].flip(1)}
        return case._replace(weights=(first, *case.weights[1:]))

    right = run_varied(case)
    fitting = [Tried((invented(case=c),), right, 0.0, True) for c in (turned, lambda case: case)]
    held = {"h_n": Known(values=right.returned.h_n.numpy(), rounding=np.zeros(1))}
    evidence = Evidence(held, {"h_n": np.zeros(1)})
    found = ("ambiguous", fitting, Searched([], 9, 9))
    (note,) = telling(case, right, evidence, found, judge((), right, evidence))
    assert "a run with random weights, input and initial states would tell" in note


def test_what_computes_the_same_is_said_to():
    (note,) = said(made(), "ambiguous", ["H6-h0-slice-i", "H6-h0-slice-i"])
    assert note == "No numbers tell H6-h0-slice-i and H6-h0-slice-i apart: they compute the same."


def test_a_single_one_that_is_ambiguous_could_be_chance():
    (note,) = said(made(), "ambiguous", ["H6-h0-slice-i"])
    assert "could be chance" in note
    assert said(made(), "one mistake", ["H6-h0-slice-i"]) == ()


@pytest.mark.parametrize(
    ("tried", "possible", "words"),
    [(7, 9, ["Of two mistakes at once 7 runs"]), (9, 9, [])],
    ids=["time was up", "all tried"],
)
def test_unknown_numbers_are_told_what_was_tried(tried, possible, words):
    notes = said(made(), "none known", [], counts=(tried, possible))
    assert [note[: len(word)] for note, word in zip(notes, words, strict=False)] == words
    assert notes[-1].startswith(f"{tried} runs with known mistakes were tried, and none")
    assert len(notes) == len(words) + 1


def test_unknown_numbers_of_another_shape_are_told_torchs_and_no_more():
    """Of as many numbers too."""
    case = made()
    right = run_varied(case)
    values = right.returned.output.numpy().swapaxes(0, 1)
    h_n = right.returned.h_n.numpy()
    known = {"output": Known(values=values, rounding=np.zeros(1))}
    known["h_n"] = Known(values=h_n, rounding=np.zeros(1))
    evidence = Evidence(known, {"output": np.zeros(1), "h_n": np.zeros(1)})
    found = ("none known", [], Searched([], 9, 9))
    notes = telling(case, right, evidence, found, judge((), right, evidence))
    (note,) = notes
    assert note.startswith("output is (2, 3, 8), torch's is (3, 2, 8); ")
