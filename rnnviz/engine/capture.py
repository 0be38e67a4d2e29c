"""The recurrent modules inside a whole model, traced as the model calls them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from rnnviz.engine.checks import Module, drops
from rnnviz.engine.forward import trace
from rnnviz.limits import LIBRARY_MAX_BYTES
from rnnviz.records import Trace


def capture(model: nn.Module, /, *args: object, **kwargs: object) -> dict[str, Trace]:
    """Run `model(*args, **kwargs)` once and trace every recurrent module that it calls.

    Each trace is of the very call: its input and states, the weights of that moment, in training
    the masks of dropout that the model's own run drew. The model runs as it does alone and keeps
    no hook; what it raises passes through.

    Args:
        model: any module that calls torch's recurrent nets or cells, or a `CellStack`.
        *args: what the model takes.
        **kwargs: what the model takes by name.

    Returns:
        The traces in the order of the calls, each under the module's name in
        `model.named_modules()`; a second call of "rnn" is "rnn[1]". A model that is itself
        recurrent has the name of its class. Cells that a stack calls are in its trace alone.

    Raises:
        TypeError: model is no module.
        ValueError: it holds or calls no recurrent module, two calls would have one name, or the
            traces together would be larger than `rnnviz.limits.LIBRARY_MAX_BYTES`.
        NotImplementedError: a net drops numbers elsewhere than on the CPU.
        TypeError, ValueError, RuntimeError: as `rnnviz.trace`, once the model has run.
    """
    listener = _Listener(_names_of(model))
    try:
        listener.attach()
        model(*args, **kwargs)
    finally:
        listener.detach()
    return listener.heard()


def _names_of(model: nn.Module) -> dict[nn.Module, str]:
    """The recurrent modules of a model, each with its first name."""
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be a torch.nn.Module, got {type(model).__name__}.")
    names = {
        module: name or type(model).__name__
        for name, module in model.named_modules()
        if isinstance(module, Module)
    }
    if not names:
        raise ValueError(
            "model must hold a torch.nn.RNN, LSTM, GRU, RNNCell, LSTMCell, GRUCell or "
            f"rnnviz.CellStack; {type(model).__name__} holds none."
        )
    return names


class _Listener:
    """Hears the calls of some modules and traces each as soon as it is over.

    Later the weights, the mode or the input may be others.
    """

    def __init__(self, names: dict[nn.Module, str]) -> None:
        self._names = names
        self._traces: dict[str, Trace] = {}
        # Of the first trace that failed. Kept until the model has run, as it might catch it.
        self._error: Exception | None = None
        self._counts: Counter[str] = Counter()
        self._bytes_left = LIBRARY_MAX_BYTES
        # Of each module that runs: torch's random state before it, if it drops numbers.
        self._running: list[Tensor | None] = []
        self._starts: list[RemovableHandle] = []
        self._ends: list[RemovableHandle] = []

    def attach(self) -> None:
        """Put a hook right before and right after the calls of every module."""
        self._starts = [module.register_forward_pre_hook(self._started) for module in self._names]
        # A failed call is heard of too, since the model may catch the error and go on.
        self._ends = [
            module.register_forward_hook(
                self._ended, prepend=True, with_kwargs=True, always_call=True
            )
            for module in self._names
        ]

    def detach(self) -> None:
        """Take all of these hooks away."""
        for handle in [*self._starts, *self._ends]:
            handle.remove()

    def heard(self) -> dict[str, Trace]:
        """The traces by name; raises what the first failed one raised, or if there is none."""
        if self._error is not None:
            raise self._error
        if not self._traces:
            raise ValueError(
                f"model must call one of its recurrent modules, {', '.join(self._names.values())}; "
                "it called none. Where it calls their forward directly, nothing is heard."
            )
        return self._traces

    def _started(self, module: nn.Module, args: tuple[object, ...]) -> None:  # noqa: ARG002
        self._running.append(torch.get_rng_state() if drops(module) else None)

    def _ended(
        self,
        module: nn.Module,
        args: tuple[object, ...],
        kwargs: dict[str, object],
        output: object,
    ) -> None:
        # Another hook failed before ours was called.
        if not self._running:
            return
        random_state = self._running.pop()
        # No output is a failed call; while another module runs, this is a cell of its stack.
        if output is None or self._running or self._error is not None:
            return
        given = dict(zip(("input", "hx"), args, strict=False)) | kwargs
        name, count = self._names[module], self._counts[self._names[module]]
        self._counts[name] += 1
        key = f"{name}[{count}]" if count else name
        try:
            self._traces[key] = self._traced(module, key, given, random_state)
        except (TypeError, ValueError, RuntimeError) as error:
            error.add_note(
                f"This was {key!r} of the model; the traces of all its calls together may take "
                f"{LIBRARY_MAX_BYTES:,} bytes."
            )
            self._error = error

    def _traced(
        self, module: Module, key: str, given: dict[str, object], random_state: Tensor | None
    ) -> Trace:
        if key in self._traces:
            raise ValueError(f"two calls would be named {key!r}: rename the module of that name.")
        # A subclass may name its arguments otherwise, and is refused for the forward it has.
        input, hx = given.get("input"), given.get("hx")
        with self._at_rest(module):
            generator = None
            if random_state is not None:
                generator = _generator_at(random_state, key, module.weight_ih_l0.device)
            traced = trace(module, input, hx, max_bytes=self._bytes_left, generator=generator)
        self._bytes_left -= traced.nbytes
        return traced

    @contextmanager
    def _at_rest(self, module: nn.Module) -> Iterator[None]:
        """Between two calls, a module that can be traced and does not change by being read."""
        # A trace refuses modules with hooks of this kind, of which only others' must be left.
        for handle in self._starts:
            handle.remove()
        # In training a parametrization such as spectral_norm goes on whenever a weight is read.
        children = [child for child in module.modules() if child is not module and child.training]
        for child in children:
            child.training = False
        try:
            yield
        finally:
            for child in children:
                child.training = True
            self._starts = [one.register_forward_pre_hook(self._started) for one in self._names]


def _generator_at(random_state: Tensor, key: str, device: torch.device) -> torch.Generator:
    """A generator that draws what torch's own drew from this state on."""
    if device.type != "cpu":
        raise NotImplementedError(
            f"dropout of {key!r} must be on the CPU for its masks to be drawn again, got {device}; "
            "model.eval() drops nothing."
        )
    generator = torch.Generator()
    generator.set_state(random_state)
    return generator
