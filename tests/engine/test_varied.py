"""Two changes at once, and what a changed run leaves as it is."""

import pytest
import torch
from torch import nn

from rnnviz.diagnosis.case import case_of
from rnnviz.engine.steps import Steps
from rnnviz.engine.varied import RIGHT, Changes, Returned, Stopped, flipped, masked, run_varied

# Of one argument beside the place: the value comes second. Of the others it comes first.
PLACED = ("start", "reads")
LEADING = {"case": 0, "leaves": 1, "returns": 2, "laid_out": 1}


def made(kind="RNN", **options):
    torch.manual_seed(0)
    net = getattr(nn, kind)(3, 5, 2, bidirectional=True, dtype=torch.float64, **options)
    states = [torch.randn(4, 2, 5, dtype=torch.float64) for _ in range(2)]
    x = torch.randn(4, 2, 3, dtype=torch.float64)
    return net, x, tuple(states) if kind == "LSTM" else states[0]


@pytest.mark.parametrize("name", [*PLACED, *LEADING])
def test_two_changes_of_one_thing_are_made_one_after_the_other(name):
    """(1 + 1) * 10 and 1 * 10 + 1, with all else handed on to both."""
    heard = []

    def changing(change):
        def changed(*given):
            at = 1 if name in PLACED else 0
            heard.append(given[:at] + given[at + 1 :])
            return change(given[at])

        return Changes(**{name: changed})

    add, times = changing(lambda v: v + 1), changing(lambda v: v * 10)
    others = LEADING.get(name, 2)
    given = ["place", 1, "more"] if name in PLACED else [1, *"abc"[:others]]

    assert getattr(add.then(times), name)(*given) == 20
    assert getattr(times.then(add), name)(*given) == 11
    assert set(heard) == {("place", "more") if name in PLACED else tuple("abc"[:others])}
    for both in (add.then(Changes()), Changes().then(add)):
        assert getattr(both, name)(*given) == 2
    assert getattr(RIGHT.then(RIGHT), name) is None


@pytest.mark.parametrize("name", ["backwards", "join"])
def test_what_can_be_done_in_one_way_only_is_not_done_in_two(name):
    one, two = Changes(**{name: lambda *_: True}), Changes(**{name: lambda *_: False})
    assert one.then(two) is None
    assert getattr(one.then(RIGHT), name) is getattr(RIGHT.then(one), name) is getattr(one, name)


def test_steps_are_merged_or_refused():
    one = Changes(steps=Steps(cell=lambda row: row.c))
    two = Changes(steps=Steps(hidden=lambda row: row.o))
    assert one.then(two).steps == Steps(cell=one.steps.cell, hidden=two.steps.hidden)
    assert one.then(one) is None


@pytest.mark.parametrize("both", [False, True], ids=["one-way", "both-ways"])
def test_join_is_told_which_layer_is_the_last(both):
    torch.manual_seed(0)
    net, heard = nn.RNN(3, 5, 2, bidirectional=both), []

    def join(halves, last):
        heard.append(last)
        return torch.cat(halves, dim=-1)

    run_varied(case_of(net, torch.randn(4, 2, 3)), Changes(join=join))
    assert heard == [False, True]


def test_after_cell_hears_every_cell_with_its_row_and_can_stop_the_run():
    case, heard = case_of(*made()), []
    returned = run_varied(case, RIGHT, lambda ran, row: heard.append((row, ran))).returned

    assert [row for row, _ in heard] == [0, 1, 2, 3]
    assert [ran.place for _, ran in heard] == list(case.config.lanes)
    for row, ran in heard:
        assert torch.equal(ran.h_last, returned.h_n[row])

    def stop(_ran, row):
        heard.append(row)
        if row == 1:
            raise Stopped

    heard.clear()
    with pytest.raises(Stopped):
        run_varied(case, RIGHT, stop)
    assert heard == [0, 1]


def test_cells_run_with_their_own_activations():
    """Those of the row of h_n that a cell has, here torch's tanh net below torch's relu net."""
    net, x, h_0 = made()
    case = case_of(net, x, h_0)
    case = case._replace(activations=(("tanh",), ("tanh",), ("relu",), ("relu",)))
    upper = nn.RNN(10, 5, nonlinearity="relu", bidirectional=True, dtype=torch.float64)
    lower = nn.RNN(3, 5, bidirectional=True, dtype=torch.float64)
    for name, value in net.state_dict().items():
        of = upper if "_l1" in name else lower
        of.state_dict()[name.replace("_l1", "_l0")].copy_(value)
    with torch.no_grad():
        expected, _ = upper(lower(x, h_0[:2])[0], h_0[2:])

    torch.testing.assert_close(run_varied(case).returned.output, expected)


@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("kind", ["RNN", "LSTM"])
def test_an_input_without_a_batch_gives_what_torch_gives(kind, batch_first):
    """Of one unit too, where an axis of size 1 is not the batch."""
    torch.manual_seed(0)
    net = getattr(nn, kind)(3, 1, 1, batch_first=batch_first, dtype=torch.float64)
    x = torch.randn(4, 3, dtype=torch.float64)
    with torch.no_grad():
        output, finals = net(x)
    expected = (output, *finals) if kind == "LSTM" else (output, finals, None)
    for got, wanted in zip(run_varied(case_of(net, x)).returned, expected, strict=True):
        if wanted is not None:
            torch.testing.assert_close(got, wanted)


def test_flipped_leaves_padding_where_it_is():
    rows = torch.tensor([[1, 10], [2, 20], [3, 30]])[..., None]
    assert flipped(rows, None)[..., 0].tolist() == [[3, 30], [2, 20], [1, 10]]
    assert flipped(rows, (2, 3))[..., 0].tolist() == [[2, 30], [1, 20], [3, 10]]
    assert flipped(rows, (1, 2))[..., 0].tolist() == [[1, 20], [2, 10], [3, 30]]
    assert masked(rows, (2, 0))[..., 0].tolist() == [[1, 0], [2, 0], [0, 0]]


def test_output_past_its_length_is_as_it_was_computed_where_nothing_says_zeros():
    """Lengths that count while running and lengths that output is cut to are two things."""
    net, x, h_0 = made()
    case = case_of(net, x, h_0)
    found = run_varied(case._replace(shown=(4, 2))).returned
    with torch.no_grad():
        output, h_n = net(x, h_0)
    output[2:, 1] = 0.0
    torch.testing.assert_close(found.output, output)
    torch.testing.assert_close(found.h_n, h_n)


def test_numbers_that_overflow_warn_of_nothing_and_need_no_gradient():
    net, x, h_0 = made()
    case = case_of(net, x, h_0)

    def grown(returned, _ran, _case):
        return Returned(returned.output / 0.0, returned.h_n, None)

    steps = Steps(hidden=lambda row: row.act(row.x_part) / 0.0)
    returned = run_varied(case, Changes(steps=steps, returns=grown)).returned
    assert not returned.output.isfinite().any()
    assert not returned.output.requires_grad
