"""Other ways to call an implementation: strided inputs, packed ones, training mode, CUDA."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from rnnviz.diagnosis.probe_calls import Called, Result, attempt, call, right, sorted_out
from rnnviz.diagnosis.probe_checks import difference, not_tried, tolerance_of
from rnnviz.diagnosis.probe_inputs import Arguments
from rnnviz.diagnosis.probe_report import Check

PACKED, TRAINING, DEVICE = "packed input", "dropout in training", "device kept"


@contextmanager
def in_mode(fn: Callable, *, training: bool) -> Iterator[None]:
    """Puts a module and all it holds in this mode for a while; other callables have none."""
    before = {part: part.training for part in fn.modules()} if isinstance(fn, nn.Module) else {}
    try:
        for part in before:
            part.training = training
        yield
    finally:
        for part, was in before.items():
            part.training = was


def check_strided(fn: Callable, arguments: Arguments, first: dict[str, Tensor]) -> Check:
    """Whether fn gives the same for an input that is not contiguous, as a transposed one is."""
    name = "non-contiguous input"
    strided = arguments.input.transpose(0, 2).contiguous().transpose(0, 2)
    called = call(fn, replace(arguments, input=strided))
    if called.error:
        wrong = f"it {called.error}"
    elif not (wrong := difference(called.result.named(), first, tolerance_of(arguments))):
        return Check(name=name, verdict="passed", sentence="gives what a contiguous one does.")
    return Check(
        name=name,
        verdict="failed",
        sentence=f"expected what fn gives for a contiguous input with the same numbers; {wrong}.",
    )


def check_packed(fn: Callable, arguments: Arguments) -> Check:
    """Whether a batch of unsorted lengths is run as torch runs it; fn may refuse such inputs."""
    batch = arguments.states[0].shape[1]
    seq_len = arguments.input.numel() // (batch * arguments.input.shape[2])
    # The second one is the longest, so that the order must be changed and put back.
    lengths = [1 + (seq_len - 2 + sample) % seq_len for sample in range(batch)]
    packed = pack_padded_sequence(
        arguments.input,
        torch.tensor(lengths),
        batch_first=arguments.net.batch_first,
        enforce_sorted=False,
    )
    given = {name: value.clone() for name, value in arguments.net.state_dict().items()}
    states = tuple(state.clone() for state in arguments.states)
    tried = attempt(lambda: fn(given, packed, states if len(states) == 2 else states[0]))
    if tried.error:
        return not_tried(PACKED, f"fn takes no PackedSequence: it {tried.error}.")
    has_c = len(arguments.states) == 2
    expected = right(replace(arguments, input=packed))
    wrong = _wrong_packing(tried.returned, expected, has_c, tolerance_of(arguments))
    if wrong:
        return Check(
            name=PACKED,
            verdict="failed",
            sentence=f"lengths {lengths}: expected what torch.nn gives; {wrong}.",
        )
    return Check(name=PACKED, verdict="passed", sentence=f"lengths {lengths} as torch.nn.")


def _wrong_packing(returned: object, expected: Result, has_c: bool, tolerance: float) -> str:
    try:
        result = sorted_out(returned, has_c)
    except TypeError as error:
        return f"fn {error}"
    if not isinstance(result.output, PackedSequence):
        return "output is a plain tensor, no PackedSequence"
    if not torch.equal(result.output.batch_sizes, expected.output.batch_sizes):
        return (
            f"batch_sizes are {result.output.batch_sizes.tolist()} "
            f"for {expected.output.batch_sizes.tolist()}"
        )
    return difference(result.named(), expected.named(), tolerance)


def check_training(fn: Callable, arguments: Arguments, first: dict[str, Tensor]) -> Check:
    """Whether dropout acts in training mode, on what one layer hands to the next alone.

    `first` is what fn gave in eval mode.
    """
    net = arguments.net
    if net.dropout == 0 or net.num_layers == 1:
        return not_tried(TRAINING, "the module has no dropout between layers.")
    if net.dropout == 1:
        return not_tried(TRAINING, "dropout of 1 leaves nothing to chance.")
    if not isinstance(fn, nn.Module):
        return not_tried(TRAINING, "fn is no torch.nn.Module, so it cannot be put in training.")
    with in_mode(fn, training=True):
        one, other = call(fn, arguments), call(fn, arguments)
    wrong = one.error or other.error or _wrong_dropout(one, other, first, arguments)
    if wrong:
        return Check(name=TRAINING, verdict="failed", sentence=f"fn {wrong}.")
    return Check(
        name=TRAINING, verdict="passed", sentence="acts on what one layer hands to the next."
    )


def _wrong_dropout(
    one: Called, other: Called, first: dict[str, Tensor], arguments: Arguments
) -> str:
    ours, theirs = one.result.named(), other.result.named()
    if not difference(ours, theirs):
        return "gives the same twice in training mode: expected other numbers dropped each time"
    share = float((ours["output"] == 0).double().mean())
    # tanh of a random sum is never 0, relu's is.
    if share and float((first["output"] == 0).double().mean()) == 0:
        return (
            f"drops {share:.0%} of output with dropout = {arguments.net.dropout}: expected no "
            "dropout after the last layer"
        )
    rows = 2 if arguments.net.bidirectional else 1
    if "h_n" in ours and (
        apart := difference({"h_n": ours["h_n"][:rows]}, {"h_n": first["h_n"][:rows]})
    ):
        return f"changes layer 0 in training mode: expected no dropout before it; {apart}"
    return ""


def check_device(fn: Callable, arguments: Arguments) -> Check:
    """Whether results stay on the GPU, where there is one."""
    if not torch.cuda.is_available():
        return not_tried(DEVICE, "torch finds no CUDA device here.")
    called = call(fn, arguments.to(torch.device("cuda")))
    if called.error:
        sentence = f"expected fn to run on CUDA; it {called.error}."
        return Check(name=DEVICE, verdict="failed", sentence=sentence)
    named = called.result.named()
    wrong = [f"{name} is on {value.device}" for name, value in named.items() if not value.is_cuda]
    if wrong:
        sentence = f"expected results on CUDA, as the arguments; {', '.join(wrong)}."
        return Check(name=DEVICE, verdict="failed", sentence=sentence)
    return Check(name=DEVICE, verdict="passed", sentence="results are on CUDA, as the arguments.")
