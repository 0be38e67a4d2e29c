"""From settings to a run: the same for everybody who asks for the same, and read-only."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_info
from torch import nn

from rnnviz.limits import APP_MAX_BYTES
from rnnviz.ui.cache import make_run, wrong_trace
from rnnviz.ui.settings import DEFAULTS, Settings
from rnnviz.ui.uploads import fingerprint

SETTINGS = Settings(**{name: DEFAULTS[name] for name in Settings.__dataclass_fields__})
NO_FILE = ("", b"")


def test_twenty_sessions_at_once_get_the_weights_of_their_seed():
    """Four seeds, five sessions each, and a thread that keeps seeding torch's own generator."""
    nets = {}
    for seed in range(4):
        torch.manual_seed(seed)
        nets[seed] = dict(nn.RNN(5, 4, 2, bidirectional=True).named_parameters())
    seeds = [seed for _ in range(5) for seed in range(4)]

    def session(seed):
        torch.manual_seed(seed + 100)
        return make_run(replace(SETTINGS, seed=seed), NO_FILE)

    with ThreadPoolExecutor(20) as pool:
        runs = list(pool.map(session, seeds))
    for seed, run in zip(seeds, runs, strict=True):
        assert run.comparison.equal
        np.testing.assert_array_equal(run.trace.output, runs[seed].trace.output)
        for cell in run.trace.cells:
            suffix = f"_l{cell.layer}{'_reverse' if cell.direction == 'reverse' else ''}"
            for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
                expected = nets[seed][kind + suffix].detach().numpy()
                np.testing.assert_array_equal(getattr(cell, kind), expected)


def test_a_shared_record_cannot_be_written_to():
    run = make_run(SETTINGS, NO_FILE)

    for cell in run.trace.cells:
        assert not any(array.flags.writeable for _, array in cell.arrays())
    with pytest.raises(ValueError, match="read-only"):
        run.trace.output[0] = 0.0


def test_the_weights_do_not_depend_on_text_batch_or_state():
    first = make_run(SETTINGS, NO_FILE)
    for change in ({"text": "olleh"}, {"batch": 3}, {"h0": "zeros"}):
        other = make_run(replace(SETTINGS, **change), NO_FILE)
        for ours, theirs in zip(first.trace.cells, other.trace.cells, strict=True):
            np.testing.assert_array_equal(ours.weight_ih, theirs.weight_ih)
            np.testing.assert_array_equal(ours.weight_hh, theirs.weight_hh)


def test_labels_are_the_samples_own_and_mark_what_is_unknown():
    run = make_run(replace(SETTINGS, text="hexo", batch=2), NO_FILE)

    assert run.labels(0) == ("h", "e", "x?", "o")
    assert run.labels(1) == ("e", "x?", "o", "h")
    assert make_run(replace(SETTINGS, input="sine waves"), NO_FILE).labels(0) is None


def test_a_file_is_cut_to_what_can_be_drawn():
    rows = "\n".join(f"{t},{t / 2}" for t in range(1000)).encode()
    settings = replace(SETTINGS, input="file", start=100, file=fingerprint("rows.csv", rows))
    run = make_run(settings, ("rows.csv", rows))

    assert run.whole.seq_len == 1000 and run.start == 100
    assert run.trace.seq_len == 256
    assert run.trace.cells[0].x[0, 0].tolist() == [100.0, 50.0]
    last = make_run(replace(settings, start=10**6), ("rows.csv", rows))
    assert last.trace.cells[0].x[:, 0].tolist() == [[999.0, 499.5]]


def test_the_server_computes_on_one_thread():
    """Several small nets at once would otherwise wait for each other's threads."""
    blas = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]

    assert torch.get_num_threads() == 1
    assert [pool["num_threads"] for pool in blas] == [1] * len(blas)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"batch": 3, "batch_first": True, "dtype": "float64"},
        {"dtype": "bfloat16", "h0": "zeros"},
        {"input": "file"},
    ],
    ids=["first screen", "batch first", "bfloat16", "file"],
)
def test_the_wrong_order_runs_the_same_net_on_the_same_input(change):
    """Layer 0 is right and starts from the same state, the layer above has the same weights."""
    rows = b"1,2\n3,4\n-5,6\n"
    settings = replace(SETTINGS, **change, file=fingerprint("rows.csv", rows))
    run = make_run(settings, ("rows.csv", rows))
    right, wrong = run.trace.cells, wrong_trace(run).cells

    for ours, theirs in zip(wrong, right, strict=True):
        for name in ("h_0", "weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))
    for row in (0, 1):
        np.testing.assert_array_equal(wrong[row].x, right[row].x)
        np.testing.assert_array_equal(wrong[row].h, right[row].h)
    for row in (2, 3):
        assert np.abs(wrong[row].h - right[row].h).max() > 1e-2
    assert wrong[0].h.dtype == right[0].h.dtype


def test_the_wrong_order_of_a_run_at_the_budget_is_not_refused():
    """It keeps what each reverse cell of an upper layer read, which the right run shares."""
    sizes = {"layers": 6, "hidden": 64, "batch": 16, "steps": 256, "inputs": 1}
    run = make_run(replace(SETTINGS, **sizes, input="sine waves"), NO_FILE)

    assert 0.9 * APP_MAX_BYTES < run.trace.nbytes <= APP_MAX_BYTES
    assert wrong_trace(run).nbytes > APP_MAX_BYTES


def test_old_links_give_the_runs_that_they_gave():
    """Settings from before there were gates: what they left out is a plain RNN."""
    new = {"kind": "RNN", "proj": 0, "dropout": 0.0, "training": False, "lengths": ""}
    assert {name: DEFAULTS[name] for name in new} == new
    run = make_run(SETTINGS, NO_FILE)
    torch.manual_seed(0)
    net = nn.RNN(5, 4, 2, bidirectional=True)
    x = torch.eye(5)[[0, 1, 2, 2, 3]][:, None]
    states = np.random.Generator(np.random.PCG64([0, 1])).uniform(-1, 1, (4, 1, 4))
    with torch.no_grad():
        output, _ = net(x, torch.from_numpy(states).float())

    np.testing.assert_allclose(run.trace.output, output, atol=1e-6)


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize(
    "change",
    [
        {"proj": 2},
        {"dropout": 0.5, "training": True},
        {"batch": 3, "lengths": "5, 2, 3", "batch_first": True},
        {"h0": "zeros", "weights": "orthogonal"},
        {"dtype": "bfloat16", "bias": False},
    ],
    ids=["projected", "dropout", "lengths", "orthogonal", "bfloat16"],
)
def test_every_kind_of_cell_runs_as_in_torch(kind, change):
    run = make_run(replace(SETTINGS, kind=kind, **change), NO_FILE)

    assert run.comparison.equal
    assert run.trace.config.kind == kind
    assert run.trace.config.proj_size == (change.get("proj", 0) if kind == "LSTM" else 0)
    arrays = [array for cell in run.trace.cells for _, array in cell.arrays()]
    results = [run.trace, run.comparison]
    arrays += [r.c_n for r in results if kind == "LSTM"]
    for output in (r.output for r in results):
        arrays += output if isinstance(output, tuple) else [output]
    assert not any(array.flags.writeable for array in arrays)


def test_random_states_of_an_lstm_are_h_0_and_c_0():
    cell = make_run(replace(SETTINGS, kind="LSTM", proj=2), NO_FILE).trace.cells[0]

    assert cell.h_0.shape == (1, 2) and cell.c_0.shape == (1, 4)
    assert np.abs(cell.c_0).min() > 0


def test_a_projection_is_smaller_than_the_hidden_size():
    run = make_run(replace(SETTINGS, kind="LSTM", proj=200, hidden=3), NO_FILE)

    assert run.trace.config.proj_size == 2


def test_sessions_that_drop_at_once_get_the_masks_of_their_seed():
    """A thread that keeps seeding torch's own generator changes nothing."""
    settings = [replace(SETTINGS, seed=seed, dropout=0.5, training=True) for seed in range(4)]
    alone = [make_run(each, NO_FILE).trace.cells[0].dropout_mask for each in settings]

    def session(number):
        torch.manual_seed(number)
        return make_run(settings[number % 4], NO_FILE)

    with ThreadPoolExecutor(20) as pool:
        runs = list(pool.map(session, range(20)))
    for number, run in enumerate(runs):
        np.testing.assert_array_equal(run.trace.cells[0].dropout_mask, alone[number % 4])
        assert run.comparison.equal
    assert any((alone[0] != mask).any() for mask in alone[1:])


@pytest.mark.parametrize(
    "change",
    [{"training": False}, {"dropout": 0.0}, {"layers": 1}, {"weights": "toggles"}],
    ids=["not in training", "none", "one layer", "by formula"],
)
def test_nothing_is_dropped_otherwise(change):
    settings = replace(SETTINGS, **{"dropout": 0.5, "training": True} | change)
    run = make_run(settings, NO_FILE)

    assert all(cell.dropout_mask is None for cell in run.trace.cells)


def test_samples_have_their_lengths_and_no_tokens_past_them():
    run = make_run(replace(SETTINGS, batch=3, lengths="2, 4, 1"), NO_FILE)

    assert run.trace.lengths == (2, 4, 1)
    assert run.trace.seq_len == 4
    assert run.labels(0) == ("h", "e", "", "")
    assert run.labels(1) == ("e", "l", "l", "o")
    assert run.labels(2) == ("l", "", "", "")


def test_lengths_that_do_not_fit_are_refused_in_one_sentence():
    with pytest.raises(ValueError, match=r"lengths must be 2 whole numbers .* got '5, 9'"):
        make_run(replace(SETTINGS, batch=2, lengths="5, 9"), NO_FILE)


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_the_wrong_order_has_gates_and_drops_the_same(kind):
    run = make_run(replace(SETTINGS, kind=kind, dropout=0.5, training=True), NO_FILE)
    right, wrong = run.trace.cells, wrong_trace(run).cells

    for row in (0, 1):
        np.testing.assert_array_equal(wrong[row].dropout_mask, right[row].dropout_mask)
        np.testing.assert_array_equal(wrong[row].gates, right[row].gates)
    assert np.abs(wrong[2].h - right[2].h).max() > 1e-3


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"stack": "RNN 30, RNN 10", "direction": "forward only"},
        {"stack": "LSTM 4 g=hardtanh f=relu, RNN 2 h=identity", "sigmoid": "hardsigmoid"},
        {"batch": 3, "lengths": "5, 2, 3", "batch_first": True, "tanh": "softsign"},
        {"dtype": "float64", "bias": False, "h0": "zeros", "weights": "orthogonal"},
    ],
    ids=["default", "30 10", "activations", "lengths", "orthogonal"],
)
def test_a_stack_runs_as_in_torch(change):
    run = make_run(replace(SETTINGS, kind="stack", **change), NO_FILE)

    assert run.comparison.equal and run.comparison.max_difference < 1e-5
    arrays = [array for cell in run.trace.cells for _, array in cell.arrays()]
    arrays += [row for row in (*run.trace.h_n, *(run.trace.c_n or ())) if row is not None]
    assert not any(array.flags.writeable for array in arrays)


def test_a_stack_has_the_activations_that_its_line_names():
    settings = replace(SETTINGS, kind="stack", stack="lstm 4 f=relu, GRU 3", tanh="hardtanh")
    cells = make_run(settings, NO_FILE).trace.cells

    assert cells[0].activations == ("sigmoid", "relu", "hardtanh", "sigmoid", "hardtanh")
    assert cells[-1].activations == ("sigmoid", "sigmoid", "hardtanh")
    assert [cell.hidden_size for cell in cells] == [4, 4, 3, 3]


def test_sequences_of_a_file_are_run_each_to_its_own_end():
    data = b"1,2\n3,4\n5,6\n\n7,8\n"
    run = make_run(replace(SETTINGS, input="file"), ("a.csv", data))

    assert run.trace.lengths == (3, 1) and run.comparison.equal
    alone = make_run(replace(SETTINGS, input="file", h0="zeros"), ("a.csv", b"7,8\n"))
    both = make_run(replace(SETTINGS, input="file", h0="zeros"), ("a.csv", data))
    np.testing.assert_allclose(both.trace.h_n[:, 1], alone.trace.h_n[:, 0], rtol=1e-6)


def test_typed_lengths_come_before_those_of_the_file():
    data = b"1,2\n3,4\n5,6\n\n7,8\n"
    run = make_run(replace(SETTINGS, input="file", lengths="2, 3"), ("a.csv", data))

    assert run.trace.lengths == (2, 3)


def test_numbers_of_a_file_are_scaled_before_the_window_is_cut():
    rows = "\n".join(str(t) for t in range(1000)).encode()
    settings = replace(SETTINGS, input="file", start=900, scale="-1 to 1")
    run = make_run(settings, ("a.csv", rows))

    assert run.trace.cells[0].x[0, 0, 0] == pytest.approx(2 * 900 / 999 - 1)
    assert run.trace.cells[0].x[-1, 0, 0] == 1.0
