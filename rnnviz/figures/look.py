"""How a figure looks, and which sample and timestep of a record it is about."""

from __future__ import annotations

from dataclasses import dataclass

from rnnviz.figures.shares import timesteps_of
from rnnviz.figures.theme import PALETTES, Palette, ThemeName
from rnnviz.records import Trace


@dataclass(frozen=True, kw_only=True)
class Look:
    """What can be chosen about any figure.

    Attributes:
        theme: "light" or "dark".
        fit: colours run to the largest value of this run, instead of the full stated range.
        labels: a token per timestep, shown under t. Any text; it is escaped and cut.
    """

    theme: ThemeName = "light"
    fit: bool = False
    labels: tuple[str, ...] | None = None

    @property
    def palette(self) -> Palette:
        """The colours of the theme."""
        return PALETTES[self.theme]


DEFAULT_LOOK = Look()


def checked(trace: Trace, look: Look, *, sample: int = 0, t: int | None = None) -> Trace:
    """The record on the host, once it is known to hold this sample, timestep and labels.

    Raises:
        ValueError: the sample or t is out of range, or there is not one label per timestep.
    """
    _within("sample", sample, trace.batch)
    if t is not None:
        _within("t", t, trace.seq_len)
    if look.labels is not None and len(look.labels) != trace.seq_len:
        raise ValueError(
            f"labels must hold one text per timestep, {trace.seq_len} in all, "
            f"got {len(look.labels)}."
        )
    return trace.numpy()


def run_words(trace: Trace, *, sample: int = 0, t: int | None = None) -> str:
    """What a subtitle says about the choice: ` · sample 1 · t = 3`, as far as there is one.

    Of a sample shorter than the longest also its length.
    """
    words = f" · sample {sample}" if trace.batch > 1 else ""
    stop = timesteps_of(trace.cells[0], sample)
    words += "" if stop == trace.seq_len else f" · length {stop} of {trace.seq_len}"
    return words if t is None else f"{words} · t = {t}"


def _within(name: str, value: int, count: int) -> None:
    if not 0 <= value < count:
        raise ValueError(f"{name} must be between 0 and {count - 1}, got {value}.")
