"""The player in a notebook: one call that runs, compares and shows."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Unpack

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from rnnviz.engine.checks import Module, config_of, drops, weights_of
from rnnviz.engine.compare import compare
from rnnviz.engine.forward import States, trace
from rnnviz.engine.mistakes import time_first
from rnnviz.exports.player_html import PageOptions, player_html
from rnnviz.records import Comparison, Trace

# Pixels: the map, the bar and the anatomy of a net of two layers.
HEIGHT = 760


class ShowOptions(PageOptions, total=False):
    """What of a run is shown; `comparison` and `wrong` only beside a Trace, as of `player_html`."""

    sample: int
    labels: Sequence[str]
    seed: int
    comparison: Comparison
    wrong: Trace


class Player:
    """A page that plays, shown by Jupyter and VS Code where it is a cell's result.

    Attributes:
        html: the page, to be written to a file too.
        height: of the frame it is shown in, in pixels.
    """

    def __init__(self, html: str, height: int) -> None:
        self.html = html
        self.height = height

    def __repr__(self) -> str:
        return f"Player({len(self.html) / 1e6:.1f} MB of HTML, height={self.height})"

    def _repr_html_(self) -> str:
        """The page in a frame of its own, without access to the notebook around it."""
        return (
            f'<iframe srcdoc="{escape(self.html)}" title="RNNviz player" '
            'sandbox="allow-scripts allow-downloads" allow="fullscreen; clipboard-write" '
            f'style="width:100%;height:{self.height}px;border:0"></iframe>'
        )


def show(
    module_or_trace: Module | Trace,
    input: Tensor | PackedSequence | None = None,
    hx: States = None,
    *,
    height: int = HEIGHT,
    **options: Unpack[ShowOptions],
) -> Player:
    """Show a run in the player, in a notebook.

    Of a net it makes all that the player can show: the run, torch's states beside it, and with two
    directions the run in the wrong order, with the same masks of dropout.

    Args:
        module_or_trace: a net, cell or stack, as for `rnnviz.trace`, or a Trace of one.
        input: what the net takes; None with a Trace.
        hx: what the net takes, or None.
        height: of the frame, in pixels.
        options: `sample`, `labels`, `seed`, `theme`, `hide`, `title` and `start`; beside a Trace
            `comparison` and `wrong` too. See `rnnviz.exports.player_html`.

    Raises:
        TypeError: a net without an input, a Trace with one, or an option that there is not.
        ValueError: height is below 1, or as for `rnnviz.trace` and `player_html`.
    """
    if height < 1:
        raise ValueError(f"height must be at least 1 pixel, got {height}.")
    if isinstance(module_or_trace, Trace):
        if input is not None or hx is not None:
            raise TypeError("input and hx must be None with a Trace, which has been run already.")
        return Player(player_html(module_or_trace, **options), height)
    if input is None:
        raise TypeError(
            f"input must be what {type(module_or_trace).__name__} is to run on, got None."
        )
    for name in ("comparison", "wrong"):
        if name in options:
            raise TypeError(f"{name} goes with a Trace; of a net it is made here.")
    return Player(_page(module_or_trace, input, hx, options), height)


def _page(module: Module, input: Tensor | PackedSequence, hx: States, options: ShowOptions) -> str:
    """The page of a net's run, with all that can be told of it."""
    right, again = _generators(module)
    run = trace(module, input, hx, generator=right)
    wrong = None
    if run.config.bidirectional and run.lengths is None:
        wrong = time_first(module, input, hx, generator=again)
    return player_html(run, comparison=compare(run, module), wrong=wrong, **options)


def _generators(module: Module) -> tuple[torch.Generator | None, torch.Generator | None]:
    """Two that draw the same masks of dropout, from torch's own seed; None where none are drawn."""
    if not drops(module):
        return None, None
    device = weights_of(module, config_of(module))[0]["weight_ih"].device
    seed = int(torch.randint(2**62, ()))
    return tuple(torch.Generator(device).manual_seed(seed) for _ in range(2))
