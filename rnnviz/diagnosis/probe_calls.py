"""One call of a user's own implementation: what came back, what it raised and overwrote."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from rnnviz.diagnosis.probe_inputs import Arguments

# An exception may hold a page of text; its beginning names the operation.
_MESSAGE_CHARS = 200


class Result(NamedTuple):
    """What a net returns; None what an implementation leaves out, and c_n unless an LSTM."""

    output: Tensor | PackedSequence
    h_n: Tensor | None = None
    c_n: Tensor | None = None

    def named(self) -> dict[str, Tensor]:
        """The tensors that are there, by name; of a packed output its data."""
        tensors = {"output": self.output, "h_n": self.h_n, "c_n": self.c_n}
        return {
            name: tensor.data if isinstance(tensor, PackedSequence) else tensor
            for name, tensor in tensors.items()
            if tensor is not None
        }


class Called(NamedTuple):
    """What came of a call.

    Attributes:
        result: None where there is an error.
        error: what was raised or wrongly returned; "" if nothing.
        overwritten: the names of the arguments that the call has changed.
        warned: what it warned of.
    """

    result: Result | None
    error: str
    overwritten: tuple[str, ...]
    warned: tuple[str, ...]

    def copied(self) -> Called:
        """The same with numbers that no later call can overwrite, and without their graph."""
        if self.result is None:
            return self
        copies = {name: value.detach().clone() for name, value in self.result.named().items()}
        return self._replace(result=Result(**copies))


class Tried(NamedTuple):
    """What came of a piece of the user's code: what it returned, or what it raised."""

    returned: object
    error: str
    warned: tuple[str, ...]


def right(arguments: Arguments) -> Result:
    """What torch returns for the arguments."""
    with torch.no_grad():
        output, finals = arguments.net(arguments.input, arguments.hx)
    return Result(output, *(finals if len(arguments.states) == 2 else (finals, None)))


def call(fn: Callable, arguments: Arguments) -> Called:
    """Calls fn with copies of the arguments, so that it cannot spoil them for the next call."""
    weights = {name: value.clone() for name, value in arguments.net.state_dict().items()}
    states = tuple(state.clone() for state in arguments.states)
    input = arguments.input.clone()
    given = dict(weights)
    tried = attempt(lambda: fn(given, input, states if len(states) == 2 else states[0]))
    result, error = None, tried.error
    if not error:
        try:
            result = sorted_out(tried.returned, len(states) == 2)
        except TypeError as wrong:
            error = str(wrong)
    overwritten = _changed(weights, arguments.net.state_dict())
    if given.keys() != weights.keys() or any(given[name] is not weights[name] for name in weights):
        overwritten += ("state_dict",)
    overwritten += _changed({"input": input}, {"input": arguments.input})
    names = ("h_0", "c_0")
    overwritten += _changed(
        dict(zip(names, states, strict=False)), dict(zip(names, arguments.states, strict=False))
    )
    return Called(result, error, overwritten, tried.warned)


def attempt(run: Callable[[], object]) -> Tried:
    """Runs a piece of the user's code; what it raises is part of the report."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            returned, error = run(), ""
        # The code is the user's and may raise anything. Here alone, so that no error of ours is
        # taken for one of theirs.
        except Exception as raised:
            returned, error = None, f"raised {type(raised).__name__}: {_shortened(str(raised))}"
    warned = dict.fromkeys(_shortened(str(one.message)) for one in caught)
    return Tried(returned, error, tuple(warned))


def sorted_out(returned: object, has_c: bool) -> Result:
    """The parts of what fn returned.

    Raises:
        TypeError: it is neither output nor (output, h_n) nor (output, (h_n, c_n)).
    """
    output, finals = returned, None
    if isinstance(returned, tuple | list) and not isinstance(returned, PackedSequence):
        if len(returned) != 2:
            raise TypeError(f"returned {len(returned)} things in a {type(returned).__name__}")
        output, finals = returned
    h_n, c_n = finals, None
    if has_c and isinstance(finals, tuple | list) and len(finals) == 2:
        h_n, c_n = finals
    named = {"output": output, "h_n": h_n, "c_n": c_n}
    for name, value in named.items():
        allowed = (Tensor, PackedSequence) if name == "output" else (Tensor, type(None))
        if not isinstance(value, allowed):
            raise TypeError(f"returned a {type(value).__name__} as {name}")
    return Result(output, h_n, c_n)


def _changed(now: dict[str, Tensor], before: dict[str, Tensor]) -> tuple[str, ...]:
    return tuple(name for name in now if not _same(now[name], before[name]))


def _same(one: Tensor, other: Tensor) -> bool:
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    return torch.allclose(one, other, rtol=0, atol=0, equal_nan=True)


def _shortened(message: str) -> str:
    line = " ".join(message.split())
    return line if len(line) <= _MESSAGE_CHARS else line[: _MESSAGE_CHARS - 1] + "…"
