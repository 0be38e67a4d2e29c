"""What a diagnosis holds beside its verdict, and how it is written."""

import numpy as np
import pytest
import torch
from torch import nn

import rnnviz
from rnnviz.diagnosis.case import case_of
from rnnviz.diagnosis.diagnose import diagnose_case
from rnnviz.diagnosis.numbers import differences
from rnnviz.diagnosis.report import Difference
from rnnviz.diagnosis.search import applicable
from rnnviz.engine.varied import run_varied
from tests.diagnosis.planted import planted


def made(layers=2, **options):
    torch.manual_seed(0)
    net = nn.RNN(3, 4, layers, bidirectional=True, **options)
    return net, torch.randn(4, 2, 3), torch.randn(2 * layers, 2, 4)


def with_two():
    """A call, its case, and the results with H6 and B1 made at once."""
    net, x, h_0 = made()
    case = case_of(net, x, h_0)
    one, two = (
        next(m for m in applicable(case) if m.id == id) for id in ("H6-h0-slice-i", "B1-no-bias-hh")
    )
    return (net, x, h_0), case, run_varied(case, one.changes.then(two.changes)).returned


def test_of_one_mistake_no_pairs_are_tried_and_the_nearest_other_is_named():
    net, x, h_0 = made()
    output, h_n = planted("H6-h0-slice-i", net, x, h_0)
    found = rnnviz.diagnose(net, x, h_0, output=output, h_n=h_n)
    case = case_of(net, x, h_0)
    off = {}
    for one in applicable(case):
        got = run_varied(case, one.changes).returned
        if got.output.shape == output.shape and got.h_n.shape == h_n.shape:
            worst = max((got.output - output).abs().max(), (got.h_n - h_n).abs().max()).item()
            off[one.id] = min(worst, off.get(one.id, np.inf))
    nearest = min((id for id in off if id != "H6-h0-slice-i"), key=off.get)
    right, right_h_n = net(x, h_0)

    assert found.tried == len(applicable(case))
    (match,) = found.matches
    assert match.distance < 1e-6
    assert match.runner_up == nearest
    assert match.runner_up_distance == pytest.approx(off[nearest], abs=1e-6)
    worst = max((right - output).abs().max(), (right_h_n - h_n).abs().max()).item()
    assert found.difference == pytest.approx(worst, abs=1e-6)
    assert str(found) == "\n".join(
        [
            "Verdict: one mistake.",
            f"- H6-h0-slice-i: {match.mistakes[0].sentence}",
            f"    wrong: {match.mistakes[0].wrong}",
            f"    right: {match.mistakes[0].right}",
            f"First difference: {found.first_difference}.",
            *found.notes,
        ]
    )


def test_of_two_mistakes_the_nearest_single_one_is_named():
    call, _, given = with_two()
    found = rnnviz.diagnose(*call, output=given.output, h_n=given.h_n)
    match = found.matches[0]
    one, two = match.mistakes

    assert found.verdict in ("two mistakes", "ambiguous")
    assert match.runner_up and 1e-4 < match.runner_up_distance < np.inf
    assert len({frozenset(m.id for m in each.mistakes) for each in found.matches}) == len(
        found.matches
    )
    assert match.id == f"{one.id} + {two.id}"
    assert match.sentence == f"{one.sentence} {two.sentence}"
    assert (match.wrong, match.right) == (f"{one.wrong}\n{two.wrong}", f"{one.right}\n{two.right}")
    written = str(found)
    lines = [*match.wrong.split("\n"), *match.right.split("\n")]
    marks = ["wrong"] * match.wrong.count("\n") + ["wrong"] + ["right"] * match.right.count("\n")
    for mark, line in zip([*marks, "right"], lines, strict=True):
        assert f"\n    {mark}: {line}\n" in written
    assert repr(found).startswith(f"Diagnosis({found.verdict!r}, ['{match.id}'")


def test_two_at_a_time_are_tried_only_if_asked_for():
    _, case, given = with_two()
    known = {"output": given.output, "h_n": given.h_n}
    found = diagnose_case(case, known, lambda _at_a_time, _share: None, pairs_too=False)
    assert (found.verdict, found.tried) == ("none known", len(applicable(case)))
    assert found.first_difference.seen_in in ("output", "h_n")
    assert str(found).endswith("\n".join(found.notes)) and found.notes


def test_with_progress_it_is_told_of():
    _, case, given = with_two()
    heard = []
    known = {"output": given.output, "h_n": given.h_n}
    found = diagnose_case(case, known, lambda *told: heard.append(told))
    assert heard == sorted(heard) and heard[0] == (1, 0.0) and heard[-1] == (2, 1.0)
    assert found.tried > 10 * len(applicable(case))


def test_equal_numbers_hide_each_mistake_that_other_results_would_show():
    """Of another shape too, where that result is not given."""
    net, x, h_0 = made()
    output, _ = net(x, h_0)
    found = rnnviz.diagnose(net, x, h_0, output=output)
    case = case_of(net, x, h_0)
    right = run_varied(case).returned
    expected = set()
    for one in applicable(case):
        got = run_varied(case, one.changes).returned
        fits = got.output.shape == right.output.shape and torch.allclose(
            got.output, right.output, rtol=0, atol=1e-5
        )
        if fits and got.h_n.shape != right.h_n.shape:
            expected.add(one.id)
        elif fits and differences(got.h_n.numpy(), right.h_n.numpy()).max() > 1e-5:
            expected.add(one.id)

    assert found.verdict == "equal" and found.tried == len(applicable(case))
    assert {one.id for one in found.hidden} == expected
    assert {"N3-hn-last-layer-only", "N2-hn-layers-reversed"} <= expected
    assert len(found.hidden) == len(expected)


def test_in_training_with_dropout_no_pairs_are_tried():
    """And of numbers without dropout only those that ignore it are named."""
    net, x, h_0 = made(dropout=0.5)
    case = case_of(net, x, h_0)
    found = rnnviz.diagnose(net, x, h_0, output=torch.rand(4, 2, 8))
    assert (found.verdict, found.tried) == ("none known", len(applicable(case)))
    eval_output, _ = net.eval()(x, h_0)
    found = rnnviz.diagnose(net.train(), x, h_0, output=eval_output)
    assert [match.id for match in found.matches] == ["P2-dropout-none"]
    assert found.difference < 1e-6


def test_a_difference_names_its_place_and_both_numbers():
    one = Difference(
        layer=1, direction="reverse", t=3, unit=2, sample=5, got=0.25, expected=-1.5, seen_in="h_n"
    )
    assert str(one) == (
        "layer 1, reverse, t = 3, unit 2, sample 5: 0.25 where torch has -1.5 (h_n)"
    )
