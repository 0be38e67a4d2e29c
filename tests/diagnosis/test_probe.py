import copy

import pytest
import torch
from torch import nn
from torch.func import functional_call
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from rnnviz.diagnosis.probe import diagnose_callable
from tests.diagnosis import implementations as made

NUMBERS = {"numbers", "numbers, T = batch", "numbers, T = 1", "numbers, batch 1"}
NAMES = ["runs", "shapes", "arguments kept", "same when called twice", "numbers",
         "numbers, T = batch", "numbers, T = 1", "numbers, batch 1", "dtype kept",
         "float64 precision", "non-contiguous input", "gradients arrive", "gradients equal",
         "dropout in training", "packed input", "device kept"]  # fmt: skip


def net(kind=nn.LSTM, **options):
    torch.manual_seed(0)
    return kind(3, 4, **{"num_layers": 2, "bidirectional": True} | options)


def failed(report):
    return {check.name for check in report.failed}


def named(report, name):
    return next(check for check in report.checks if check.name == name)


@pytest.mark.parametrize("batch_first", [False, True], ids=["time first", "batch first"])
@pytest.mark.parametrize("layers", [(1, False), (1, True), (3, False), (2, True)], ids=str)
@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_a_right_implementation_passes(kind, layers, batch_first):
    num_layers, bidirectional = layers
    module = net(kind, num_layers=num_layers, bidirectional=bidirectional, batch_first=batch_first)

    report = diagnose_callable(made.ByHand(module), module)

    assert report.passed, report.report
    assert [check.name for check in report.checks] == NAMES
    untried = {check.name for check in report.checks if check.verdict == "not tried"}
    assert untried - {"device kept"} == {"dropout in training", "packed input"}


@pytest.mark.parametrize("options", [{"proj_size": 2}, {"bias": False}, {"dtype": torch.float64},
                                     {"dtype": torch.bfloat16}], ids=str)  # fmt: skip
def test_torch_itself_passes(options):
    """By functional_call, which takes packed inputs too."""
    module = net(**options)

    report = diagnose_callable(
        lambda weights, input, hx: functional_call(module, weights, (input, hx)), module
    )

    assert report.passed, report.report
    assert named(report, "packed input").verdict == "passed"


def test_inputs_that_are_not_contiguous_may_be_rounded_otherwise():
    """As kernels do: within what the dtype allows, not beyond."""
    module = net(dtype=torch.bfloat16)

    def strided_off_by(step):
        def fn(weights, input, hx):
            output, hn = functional_call(module, weights, (input.contiguous(), hx))
            return output if input.is_contiguous() else output + step, hn

        return named(diagnose_callable(fn, module), "non-contiguous input").verdict

    assert strided_off_by(2**-8) == "passed"
    assert strided_off_by(2**-5) == "failed"


def test_a_class_that_loads_the_weights_passes():
    """Their gradients stay with parameters of its own."""
    module = net(nn.GRU)

    def fn(weights, input, hx):
        own = nn.GRU(3, 4, 2, bidirectional=True, dtype=input.dtype)
        own.load_state_dict(weights)
        return own(input, hx)

    report = diagnose_callable(fn, module)

    assert report.passed, report.report
    assert "has parameters of its own" in named(report, "gradients arrive").sentence


def test_output_alone_is_enough():
    module = net()
    fn = made.ByHand(module)

    assert diagnose_callable(lambda *given: fn(*given)[0], module).passed
    assert diagnose_callable(lambda *given: (fn(*given)[0], fn(*given)[1][0]), module).passed


WRONG = {
    made.SliceOfStates: NUMBERS,
    made.StateOfZeros: NUMBERS | {"gradients arrive"},
    made.StatesOverwritten: {"arguments kept", "gradients arrive"},
    made.InputScaledInPlace: {"arguments kept"},
    made.WeightsTakenOut: {"arguments kept"},
    made.StateKept: {"same when called twice"},
    made.StateDrawn: {"same when called twice"},
    made.BufferReused: {"same when called twice"},
    made.Float32Inside: {"float64 precision"},
    made.Float32Buffer: {"dtype kept"},
    made.DoubleRefused: {"dtype kept"},
    made.DetachedSteps: {"gradients equal"},
    made.StateCopied: {"gradients arrive"},
    made.BiasDetached: {"gradients arrive"},
    made.ResultDetached: {"gradients arrive"},
    made.ViewOfInput: {"non-contiguous input"},
    made.ReadsMemory: {"non-contiguous input"},
    made.DirectionsSummed: {"shapes"},
    made.SqueezedBatch: {"numbers, batch 1"},
    made.OneStep: {"numbers, T = 1"},
}


@pytest.mark.parametrize(("wrong", "checks"), WRONG.items(), ids=[one.__name__ for one in WRONG])
@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_a_wrong_implementation_fails_the_check_that_names_it(kind, wrong, checks):
    module = net(kind)

    report = diagnose_callable(wrong(module), module)

    assert failed(report) == checks, report.report


DROPPED = {
    made.ByHand: set(),
    made.DropoutInEval: {"same when called twice"},
    made.NoDropout: {"dropout in training"},
    made.DropoutAfterLast: {"dropout in training"},
    made.DropoutBeforeFirst: {"dropout in training"},
}


@pytest.mark.parametrize(
    ("implementation", "checks"), DROPPED.items(), ids=[one.__name__ for one in DROPPED]
)
def test_dropout_is_tried_in_both_modes(implementation, checks):
    module = net(dropout=0.4)
    fn = implementation(module)

    report = diagnose_callable(fn, module)

    assert failed(report) == checks, report.report
    if implementation is not made.DropoutInEval:
        assert named(report, "dropout in training").verdict != "not tried"


def test_the_mode_of_a_module_is_put_back():
    module = net(dropout=0.4)
    fn = made.ByHand(module)
    fn.inner = nn.Dropout().eval()

    diagnose_callable(fn, module)

    assert fn.training
    assert not fn.inner.training


def by_torch(module):
    return lambda weights, input, hx: functional_call(module, weights, (input, hx))


PACKINGS = {
    "order not restored": lambda output, finals: (
        output, tuple(one[:, output.sorted_indices] for one in finals)),
    "padded": lambda output, finals: (pad_packed_sequence(output)[0], finals),
    "nothing": lambda *_: None,
    "other lengths": lambda output, finals: (
        output._replace(batch_sizes=output.batch_sizes.flip(0)), finals),
}  # fmt: skip


@pytest.mark.parametrize("spoil", PACKINGS.values(), ids=PACKINGS)
def test_packed_inputs_are_checked_where_they_are_taken(spoil):
    module = net()

    def fn(*given):
        returned = by_torch(module)(*given)
        return spoil(*returned) if isinstance(given[1], PackedSequence) else returned

    report = diagnose_callable(fn, module)

    assert failed(report) == {"packed input"}, report.report


def test_a_buffer_handed_out_again_is_told_from_a_state_that_is_kept():
    module = net()
    said = {
        wrong: named(diagnose_callable(wrong(module), module), "same when called twice").sentence
        for wrong in (made.BufferReused, made.StateKept, made.StateDrawn)
    }

    assert "does fn hand out one buffer again and again?" in said[made.BufferReused]
    assert "The first call is right: does fn keep a state" in said[made.StateKept]
    assert "The first call is wrong too: does fn keep a state" in said[made.StateDrawn]


def test_a_failed_check_of_numbers_keeps_the_call():
    """Handed to the net of the report it gives the numbers that were expected."""
    module = net(batch_first=True)
    fn = made.SliceOfStates(module)

    report = diagnose_callable(fn, module)

    for check in report.failed:
        probe = check.probe
        right, (h_n, _) = report.module(probe.input, probe.hx)
        wrong, (wrong_h, wrong_c) = fn(report.module.state_dict(), probe.input, probe.hx)
        assert torch.equal(probe.output, wrong)
        assert torch.equal(probe.h_n, wrong_h)
        assert torch.equal(probe.c_n, wrong_c)
        assert (probe.output - right).abs().max() > 1e-3
        assert probe.h_n.shape == h_n.shape
        assert probe.label in check.sentence
    assert named(report, "shapes").probe is None


def test_wrong_shapes_keep_the_call_and_stop_there():
    module = net(nn.GRU)

    report = diagnose_callable(made.DirectionsSummed(module), module)

    check = named(report, "shapes")
    assert check.sentence == "expected output (5, 6, 8), h_n (4, 6, 4); got output (5, 6, 4)."
    assert check.probe.output.shape[-1] == 4
    assert {c.verdict for c in report.checks[4:]} == {"not tried"}
    assert "the shapes are not torch.nn's" in report.checks[4].sentence


def test_the_module_is_left_alone():
    """Not even its biases, which are drawn anew for the probes, nor the global generator."""
    module = net(dropout=0.5)
    before, state = copy.deepcopy(module.state_dict()), torch.get_rng_state()

    report = diagnose_callable(made.StatesOverwritten(net()), module)

    assert all(torch.equal(before[name], value) for name, value in module.state_dict().items())
    assert torch.equal(torch.get_rng_state(), state)
    assert module.training
    for name, value in report.module.state_dict().items():
        assert torch.equal(value, before[name]) == name.startswith("weight")
        assert value.unique().numel() == value.numel()


def test_missing_biases_show_in_a_net_whose_biases_are_zero():
    module = net(nn.RNN)
    with torch.no_grad():
        for name, value in module.named_parameters():
            if name.startswith("bias"):
                value.zero_()

    class NoBias(made.ByHand):
        def weight(self, value):
            return torch.zeros_like(value) if value.dim() == 1 else value

    assert failed(diagnose_callable(NoBias(module), module)) >= NUMBERS


@pytest.mark.parametrize(
    ("returned", "sentence"),
    [
        (None, "fn returned a NoneType as output"),
        ([torch.ones(1)] * 3, "fn returned 3 things in a list"),
        ((torch.ones(1), [torch.ones(1)]), "fn returned a list as h_n"),
        ((torch.ones(1), (torch.ones(1), 5)), "fn returned a int as c_n"),
        ((torch.ones(1).numpy(), None), "fn returned a ndarray as output"),
    ],
    ids=["nothing", "three", "list", "number", "numpy"],
)
def test_what_cannot_be_read_is_said(returned, sentence):
    report = diagnose_callable(lambda *_: returned, net())

    assert failed(report) == {"runs"}
    assert sentence in report.checks[0].sentence
    assert [check.name for check in report.checks] == NAMES


@pytest.mark.parametrize("error", [RuntimeError, KeyError, RecursionError, AssertionError])
def test_what_fn_raises_is_part_of_the_report(error):
    def fn(*_):
        raise error("no such\n" * 1000)

    report = diagnose_callable(fn, net())

    assert failed(report) == {"runs"}
    assert f"raised {error.__name__}: " in report.checks[0].sentence
    assert len(report.report) < 3000


def test_an_interrupt_is_not_part_of_the_report():
    def fn(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        diagnose_callable(fn, net())


def test_warnings_are_told_once():
    module = net()

    report = diagnose_callable(made.StateCopied(module), module)

    assert len(report.warnings) == 1
    assert "To copy construct from a tensor" in report.warnings[0]
    assert f"warned: {report.warnings[0]}" in report.report


def test_the_report_has_aligned_columns_and_a_count():
    module = net()

    found = diagnose_callable(made.SliceOfStates(module), module)
    report, diagnosis = found.report.split("\n\n")
    lines = report.splitlines()

    verdicts = ("passed", "failed", "not tried")
    heads = [line for line in lines[:-1] if line.startswith(verdicts)]
    assert [line[11:33].strip() for line in heads] == NAMES
    assert all(line.startswith(" " * 35) for line in lines[:-1] if line not in heads)
    assert all(len(line) <= 100 for line in lines)
    assert lines[-1] == "7 passed, 4 failed, 5 not tried."
    assert diagnosis == str(found.diagnosis)


@pytest.mark.parametrize(
    ("fn", "module", "message"),
    [
        (len, nn.LSTMCell(3, 4), "module must be a torch.nn.RNN, LSTM or GRU, got LSTMCell"),
        (len, nn.Linear(3, 4), "got Linear"),
        (5, nn.LSTM(3, 4), "fn must be callable, got int"),
    ],
)
def test_other_arguments_are_refused(fn, module, message):
    with pytest.raises(TypeError, match=message):
        diagnose_callable(fn, module)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_buffer_on_the_cpu_fails_on_a_gpu():
    module = net()
    fn = by_torch(module)

    report = diagnose_callable(lambda *given: fn(*given)[0].cpu(), module)

    assert failed(report) == {"device kept"}
