"""Trying an implementation of somebody's own: called with made inputs, held against torch.nn."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from rnnviz.diagnosis import probe_checks as checks
from rnnviz.diagnosis.diagnose import diagnose
from rnnviz.diagnosis.probe_calls import Called, call, right
from rnnviz.diagnosis.probe_gradients import ARRIVE, EQUAL, check_gradients
from rnnviz.diagnosis.probe_inputs import (
    Arguments,
    draw_arguments,
    draw_biases,
    even_sizes,
    net_of,
    uneven_sizes,
)
from rnnviz.diagnosis.probe_modes import (
    DEVICE,
    PACKED,
    TRAINING,
    check_device,
    check_packed,
    check_strided,
    check_training,
    in_mode,
)
from rnnviz.diagnosis.probe_report import Check, ProbeReport
from rnnviz.diagnosis.report import Diagnosis
from rnnviz.engine.checks import config_of

_SEED = 0

_NOT_EQUAL = "the numbers themselves are not torch.nn's."

# In the order of the report.
_FIRST = ("runs", "shapes", "arguments kept", "same when called twice")
_NUMBERS = ("numbers", "numbers, T = batch", "numbers, T = 1", "numbers, batch 1")
_LATER = (
    "dtype kept",
    "float64 precision",
    "non-contiguous input",
    ARRIVE,
    EQUAL,
    TRAINING,
    PACKED,
    DEVICE,
)


def diagnose_callable(fn: Callable, module: nn.RNN | nn.LSTM | nn.GRU) -> ProbeReport:
    """Calls an implementation of the module with inputs of its own and checks what comes.

    fn is called as `fn(state_dict, input, hx)` and gives `output`, `(output, h_n)` or, of an LSTM,
    `(output, (h_n, c_n))`. Its state_dict has torch's names; input is laid out as the module's
    batch_first has it; hx is h_0, or (h_0, c_0) of an LSTM, always random. The weights are the
    module's, the biases drawn anew; the module itself is not written to. A torch.nn.Module as fn
    is put in eval mode for the time, but for the check of its dropout.

    What fn raises is part of the report.

    Args:
        fn: runs code of the user's in this process; nothing holds it back.
        module: the net that fn is meant to compute.

    Raises:
        TypeError: module is no torch.nn.RNN, LSTM or GRU, or fn cannot be called.
        RuntimeError, NotImplementedError: the module's weights cannot be read; as for
            `rnnviz.trace`.
    """
    if not callable(fn):
        raise TypeError(f"fn must be callable, got {type(fn).__name__}.")
    generator = torch.Generator().manual_seed(_SEED)
    net = net_of(module)
    draw_biases(net, generator)
    with in_mode(fn, training=False):
        probing = _Probing(fn, net, generator)
        probing.run()
    warned = tuple(dict.fromkeys(probing.warned))
    found = tuple(probing.found)
    return ProbeReport(checks=found, module=net, warnings=warned, diagnosis=_diagnosed(net, found))


def _diagnosed(net: nn.Module, checks_made: tuple[Check, ...]) -> Diagnosis | None:
    """Which mistake gives the numbers of the first call that is wrong."""
    probe = next((check.probe for check in checks_made if check.probe is not None), None)
    if probe is None:
        return None
    given = {"output": probe.output, "h_n": probe.h_n, "c_n": probe.c_n}
    return diagnose(net, probe.input, probe.hx, **given)


class _Probing:
    """The checks of one implementation, as they are made."""

    def __init__(self, fn: Callable, net: nn.Module, generator: torch.Generator) -> None:
        self.fn = fn
        self.net = net
        self.generator = generator
        self.found: list[Check] = []
        self.warned: list[str] = []

    def run(self) -> None:
        """Makes all checks, up to one that makes the rest meaningless."""
        sizes = uneven_sizes(config_of(self.net))
        arguments = draw_arguments(self.net, sizes, self.generator)
        called = self._call(arguments)
        self.found.append(checks.check_runs(called))
        if called.error:
            return self._stop("fn gives nothing to check.")
        first, again = called.copied(), self._call(arguments).copied()
        # With other numbers, so that a buffer which fn hands out once more changes.
        self._call(draw_arguments(self.net, sizes, self.generator))
        expected = right(arguments)
        self.found += [
            checks.check_shapes(arguments, called.result, expected),
            checks.check_kept(called),
            checks.check_twice(first, again, called, expected),
        ]
        _, shapes, _, twice = self.found
        if shapes.verdict == "failed":
            return self._stop("the shapes are not torch.nn's.")
        if twice.verdict == "failed":
            return self._stop("fn does not give the same twice.")
        self._numbers(arguments, first)
        return self._later(arguments, first)

    def _call(self, arguments: Arguments) -> Called:
        called = call(self.fn, arguments)
        self.warned += called.warned
        return called

    def _stop(self, reason: str) -> None:
        """All checks that are left are not tried."""
        names = (*_FIRST, *_NUMBERS, *_LATER)[len(self.found) :]
        self.found += [checks.not_tried(name, reason) for name in names]

    def _numbers(self, arguments: Arguments, called: Called) -> None:
        """The numbers of the call that was made, and of others with axes of length 1 or alike."""
        config = config_of(self.net)
        seq_len, batch = uneven_sizes(config)
        self.found.append(checks.check_numbers("numbers", arguments, called, right(arguments)))
        sizes = (even_sizes(config), (1, batch), (seq_len, 1))
        for name, pair in zip(_NUMBERS[1:], sizes, strict=True):
            other = draw_arguments(self.net, pair, self.generator)
            self.found.append(checks.check_numbers(name, other, self._call(other), right(other)))

    def _later(self, arguments: Arguments, called: Called) -> None:
        """What goes beyond the numbers of calls in the module's own dtype."""
        numbers = self.found[len(_FIRST) :]
        equal = all(check.verdict == "passed" for check in numbers)
        double = arguments.to(torch.float64)
        finer, first = self._call(double), called.result.named()
        dtype = str(arguments.input.dtype).removeprefix("torch.")
        gradients = check_gradients(self.fn, arguments if finer.error else double, equal=equal)
        self.warned += gradients[2]
        self.found += [
            checks.check_dtype({dtype: called, "float64": finer}),
            checks.check_precision(finer, right(double))
            if equal
            else checks.not_tried("float64 precision", _NOT_EQUAL),
            check_strided(self.fn, arguments, first),
            *gradients[:2],
            check_training(self.fn, arguments, first),
            check_packed(self.fn, arguments) if equal else checks.not_tried(PACKED, _NOT_EQUAL),
            check_device(self.fn, arguments),
        ]
