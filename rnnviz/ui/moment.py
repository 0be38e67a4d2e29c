"""The moment that is exported: where the player is, and the link that leads there."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import streamlit as st

from rnnviz.config import Direction
from rnnviz.scene.templates import SEED
from rnnviz.ui.cache import Run
from rnnviz.ui.player import hidden_parts, place
from rnnviz.ui.settings import DEFAULTS, VIEW_DEFAULTS

_AT = re.compile(r"(\d{1,6})\.(forward|reverse)\.(\d{1,6})\.(\d{1,6})(\.\w+)?", re.ASCII)


class Moment(NamedTuple):
    """A timestep of a cell, and the unit that is looked into.

    Attributes:
        layer: counted from 0, as t and unit.
        direction: "forward" or "reverse".
        t: the timestep.
        unit: of the cell.
        words: where that is in the words of a link, with the order and what else was chosen; empty
            where everyone starts.
    """

    layer: int
    direction: Direction
    t: int
    unit: int
    words: dict[str, str]

    @property
    def is_start(self) -> bool:
        """Whether it is where everyone starts, by no link's doing."""
        return not self.words

    def __str__(self) -> str:
        return f"layer {self.layer}, {self.direction}, t = {self.t}, unit {self.unit}"


_START = Moment(0, "forward", 0, 0, {})


def moment_of(run: Run, sample: int) -> Moment:
    """Where the player is in a run; where it starts if it was not moved, or is not in this run.

    A padded sample has its own timesteps alone.
    """
    words = dict(place())
    found = _AT.fullmatch(words.get("at", ""))
    if found is None:
        return _START
    layer, direction, t, unit = int(found[1]), found[2], int(found[3]), int(found[4])
    config, lengths = run.trace.config, run.trace.lengths
    length = run.trace.seq_len if lengths is None else lengths[sample]
    if (layer, direction) not in config.lanes or t >= length:
        return _START
    if unit >= run.trace.cell(layer, direction).hidden_size:
        return _START
    return Moment(layer, direction, t, unit, words)


def moment_link(moment: Moment, sample: int) -> str:
    """The address that opens the player at a moment with all settings as they are."""
    kept = {*DEFAULTS, *VIEW_DEFAULTS, "preset"} - {*SEED, "sample"}
    words = {name: word for name, word in st.query_params.items() if name in kept}
    # Its control belongs to its page, and the address has it once it was moved there.
    words |= {"sample": str(sample)} if sample else {}
    hidden = ",".join(hidden_parts())
    words |= {"hide": hidden} if hidden else {}
    words |= moment.words
    # The first page is beside the others, and has no name of its own.
    url = urlsplit(st.context.url or "")
    base = f"{url.scheme}://{url.netloc}{url.path.rpartition('/')[0]}/"
    return f"{base}?{urlencode(words)}" if words else base
