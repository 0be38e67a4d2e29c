"""How runs are held against known numbers, and which two mistakes are tried at a time."""

from itertools import combinations, permutations

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.diagnosis import search
from rnnviz.diagnosis.case import case_of
from rnnviz.diagnosis.catalogue import mistake
from rnnviz.diagnosis.numbers import Known, arrays, reference
from rnnviz.diagnosis.search import (
    Evidence,
    Tried,
    _combined,
    _early_end,
    _share_right,
    applicable,
    judge,
    pairs,
    singles,
)
from rnnviz.engine.varied import RIGHT, Returned, Stopped, Varied, run_varied


def quiet(_at_a_time, _share):
    """Nobody watches."""


def made(kind="RNN", layers=1, both=True, **options):
    torch.manual_seed(0)
    net = getattr(nn, kind)(3, 4, layers, bidirectional=both, **options)
    rows = layers * (1 + both)
    states = [torch.randn(rows, 2, 4, dtype=net.weight_ih_l0.dtype) for _ in range(2)]
    x = torch.randn(3, 2, 3, dtype=net.weight_ih_l0.dtype)
    return case_of(net, x, tuple(states) if kind == "LSTM" else states[0])


def evidence_of(case, decimals=4, **results):
    """What is held against runs where these results are known to so many decimals."""
    known = {
        name: Known(
            values=np.round(value.double().numpy(), decimals),
            rounding=np.full(value.shape, 0.5 * 10.0**-decimals),
        )
        for name, value in results.items()
    }
    right = run_varied(case).returned
    return Evidence(known, reference(case, right, known))


def typed(*results):
    """A run that returned these numbers."""
    filled = [None if one is None else torch.tensor(one) for one in (*results, None, None)[:3]]
    return Varied(Returned(*filled), [], None)


def held(limit=0.0, **results):
    """Evidence of these values, all to the same limit or each to its own."""
    values = {name: np.array(value) for name, value in results.items()}
    known = {name: Known(values=v, rounding=np.zeros(v.shape)) for name, v in values.items()}
    return Evidence(known, {n: np.broadcast_to(limit, v.shape) for n, v in values.items()})


@pytest.mark.parametrize(
    ("evidence", "distance", "fits"),
    [
        (held(output=[1.0, 2.0], h_n=[3.0]), 0.0, True),
        (held(0.5, output=[1.5, 2.0], h_n=[3.25]), 0.5, True),
        (held(0.25, output=[1.5, 2.0], h_n=[3.25]), 0.5, False),
        (held(0.25, h_n=[3.25], output=[1.5, 2.0]), 0.5, False),
        (held(0.25, output=[1.0, 2.25], h_n=[3.5]), 0.5, False),
        (held([0.5, 0.1], output=[1.5, 2.0]), 0.5, True),
        (held([0.1, 0.5], output=[1.5, 2.0]), 0.5, False),
        (held(output=[np.nan, 2.0]), 0.0, True),
        (held(output=[np.inf, 2.0]), np.inf, False),
        (held(output=[[1.0, 2.0]]), np.inf, False),
        (held(output=[1.0, 2.0], c_n=[1.0]), np.inf, False),
    ],
)
def test_a_run_fits_where_each_number_is_within_its_limit(evidence, distance, fits):
    found = judge((), typed([1.0, 2.0], [3.0]), evidence)
    assert (found.distance, found.fits) == (distance, fits)


def test_a_shape_unlike_torchs_is_judged_by_the_widest_limit():
    values = {"output": Known(values=np.array([1.0, 2.5]), rounding=np.zeros(2))}
    evidence = Evidence(values, {"output": np.array([[0.1, 0.5, 0.2]])})
    assert judge((), typed([1.0, 2.0]), evidence).fits
    assert not judge((), typed([1.0, 1.5]), evidence).fits


@pytest.mark.parametrize(
    ("wanted", "off", "fits"),
    [(0.25, 0.9e-6, True), (0.25, 1.1e-6, False), (4.0, 3.9e-6, True), (4.0, 4.1e-6, False)],
)
def test_float32_inside_is_granted_its_error_relative_to_the_largest(wanted, off, fits):
    evidence = held(1e-12, output=[float(np.float32(wanted + off))])
    run = Varied(Returned(torch.tensor([wanted], dtype=torch.float64), None, None), [], None)
    assert judge((mistake("F1-float32-inside"),), run, evidence).fits == fits
    assert not judge((mistake("H6-h0-slice-i"),), run, evidence).fits
    # Noise in the digits that float32 has not is none of it.
    noise = held(1e-12, output=[wanted + off / 1000])
    assert not judge((mistake("F1-float32-inside"),), run, noise).fits


def test_singles_are_in_order_of_fit_then_of_distance():
    """F1 fits, although mistakes that change nothing here are nearer and do not."""
    case = made(dtype=torch.float64)
    case = case._replace(h_0=torch.zeros_like(case.h_0))
    output = (run_varied(case).returned.output + 1e-8).float().double()
    given = Known(values=output.numpy(), rounding=np.zeros(output.shape))
    right = run_varied(case).returned
    limits = reference(case, right, {"output": given})
    found = singles(case, Evidence({"output": given}, limits), quiet)

    assert [one.mistakes[0].id for one in found.tried if one.fits] == ["F1-float32-inside"]
    assert found.tried[0].fits and found.tried[0].distance > found.tried[1].distance
    distances = [one.distance for one in found.tried[1:]]
    assert distances == sorted(distances)
    assert found.count == found.possible == len(applicable(case)) == len(found.tried)


def test_pairs_that_are_tried_in_one_order_do_the_same_in_the_other():
    """And each is tried, in whichever order, unless both say how one thing is done."""
    for kind, layers in (("RNN", 2), ("LSTM", 1)):
        case = made(kind, layers)
        known = applicable(case)
        orders = {}
        for (one, two), changes in _combined(case, known):
            orders.setdefault(frozenset((id(one), id(two))), []).append((one, two, changes))
        for one, two in combinations(known, 2):
            tried = orders.pop(frozenset((id(one), id(two))), [])
            if one.id == two.id or one.changes.then(two.changes) is None:
                assert not tried
            elif len(tried) == 1:
                assert alike(case, one.changes, two.changes), (one.id, two.id)
        assert not orders


def alike(case, one, two):
    """Whether two changes do the same in both orders, or fail in both."""
    found = []
    for first, second in permutations((one, two)):
        try:
            found.append(arrays(run_varied(case, first.then(second)).returned))
        except (RuntimeError, IndexError, ValueError):
            found.append({})
    return found[0].keys() == found[1].keys() and all(
        np.array_equal(array, found[1][name], equal_nan=True) for name, array in found[0].items()
    )


@pytest.mark.parametrize(
    ("ids", "count"),
    [
        (("H6-h0-slice-i", "D7-concat-order"), 1),
        (("B1-no-bias-hh", "H6-h0-slice-i"), 1),
        (("N2-hn-layers-reversed", "N4-hn-batch-first"), 2),
        (("B1-no-bias-hh", "B7-bias-swapped"), 2),
    ],
    ids=str,
)
def test_both_orders_are_tried_where_two_mistakes_touch_one_thing(ids, count):
    case, one, two = made("GRU", 3), *map(mistake, ids)
    found = [pair for pair, _ in _combined(case, [one, two])]
    assert found == [(one, two), (two, one)][:count]


@pytest.mark.parametrize("known", [("output",), ("output", "h_n"), ("h_n",)], ids=str)
def test_pairs_are_all_those_that_fit(known, monkeypatch):
    """Against every pair run to its end; wide limits leave many."""
    monkeypatch.setattr(search, "PAIRS_SECONDS", 600.0)
    case = made(layers=2, both=False)
    one, two = mistake("B1-no-bias-hh").changes, mistake("N2-hn-layers-reversed").changes
    given = run_varied(case, one.then(two)).returned._asdict()
    evidence = evidence_of(case, **{name: given[name] for name in known})
    wide = {name: np.full(limit.shape, 0.7) for name, limit in evidence.limits.items()}
    evidence = evidence._replace(limits=wide)
    alone, heard = singles(case, evidence, quiet), []
    found = pairs(case, evidence, alone, lambda _at_a_time, share: heard.append(share))

    expected, count = set(), 0
    for pair, changes in _combined(case, [one.mistakes[0] for one in alone.tried]):
        count += 1
        try:
            run = run_varied(case, changes)
        except (RuntimeError, IndexError, ValueError):
            continue
        if judge(pair, run, evidence).fits:
            expected.add(frozenset(map(id, pair)))
    assert {frozenset(map(id, one.mistakes)) for one in found.tried} == expected
    assert len(expected) > 1
    distances = [one.distance for one in found.tried]
    assert distances == sorted(distances) and distances[0] < distances[-1]
    assert found.count == found.possible == alone.count + count
    assert heard == sorted(heard) and heard[0] == 0.0 and heard[-1] == 1.0 and len(heard) > 10


def test_pairs_end_when_time_is_up_and_begin_with_the_likeliest(monkeypatch):
    case = made(layers=2)
    one = mistake("H6-h0-slice-i")
    evidence = evidence_of(case, output=run_varied(case, one.changes).returned.output)
    alone = singles(case, evidence, quiet)
    orders = []
    monkeypatch.setattr(
        search, "_combined", lambda case, order: orders.append(order) or _combined(case, order)
    )
    monkeypatch.setattr(search, "PAIRS_SECONDS", -1.0)
    for tried in (alone, alone._replace(tried=alone.tried[::-1])):
        found = pairs(case, evidence, tried, quiet)
        assert (found.tried, found.count) == ([], alone.count)
        assert found.possible > 10 * alone.count
        assert orders[-1][0] is one
    shares = {m.mistakes[0].id: m.share for m in alone.tried}
    assert [shares[m.id] for m in orders[0]] == sorted(shares[m.id] for m in orders[0])[::-1]


def test_share_of_right_numbers():
    run = typed([1.0, 2.0, 3.0, 4.0], [3.0])
    for evidence, share in (
        (held(0.1, output=[1.0, 2.0, 3.0, 0.0]), 0.75),
        (held([0.1, 9.0, 0.1, 0.1], output=[0.0, 0.0, 0.0, 4.1 - 1e-9]), 0.5),
        (held(0.1, output=[1.0, 0.0, 0.0, 0.0], h_n=[3.0]), 0.4),
        (held(0.1, h_n=[3.0], output=[1.0, 2.0]), -1.0),
        (held(0.1, c_n=[3.0]), -1.0),
    ):
        assert _share_right(Tried((), run, 0.0, True), evidence) == share
    evidence = held(output=[1.0, 2.5, 3.0, 9.0])._replace(
        limits={"output": np.array([[0.1], [0.5]])}
    )
    assert _share_right(Tried((), run, 0.0, True), evidence) == 0.75


@pytest.mark.parametrize("batched", [True, False])
def test_a_run_is_given_up_at_the_first_row_of_h_n_that_is_wrong(batched):
    torch.manual_seed(0)
    net = nn.RNN(3, 4, 2, bidirectional=True)
    case = case_of(net, torch.randn(3, 2, 3) if batched else torch.randn(3, 3))
    h_n = run_varied(case).returned.h_n.clone()
    h_n[2, ..., 1] += 0.01
    after_cell = _early_end(case, RIGHT, evidence_of(case, h_n=h_n))
    done = []

    def told(ran, row):
        done.append(row)
        after_cell(ran, row)

    with pytest.raises(Stopped):
        run_varied(case, RIGHT, told)
    assert done == [0, 1, 2]
    evidence = evidence_of(case, h_n=h_n)
    limits = evidence.limits["h_n"].copy()
    limits[2] = 0.02
    run_varied(case, RIGHT, _early_end(case, RIGHT, Evidence(evidence.known, {"h_n": limits})))


def test_a_run_goes_to_its_end_where_h_n_says_nothing_of_its_cells():
    case = made(layers=2)
    right = run_varied(case).returned
    of_h_n, last = evidence_of(case, h_n=right.h_n), evidence_of(case, h_n=right.h_n[-1:])
    assert _early_end(case, RIGHT, of_h_n) is not None
    assert _early_end(case, RIGHT, last._replace(limits=of_h_n.limits)) is None
    assert _early_end(case, RIGHT, evidence_of(case, output=right.output)) is None
    for id in ("N2-hn-layers-reversed", "D2-no-flip-back-last"):
        assert _early_end(case, mistake(id).changes, of_h_n) is None
