"""The player as one HTML file that plays without a server and without a network."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256
from html import escape
from typing import Literal, TypedDict, Unpack
from urllib.parse import parse_qsl

import numpy as np

from rnnviz.figures.look import DEFAULT_LOOK, checked
from rnnviz.figures.theme import FONT_FAMILY, PALETTES
from rnnviz.limits import PAGE_MAX_BYTES, TooLargeError
from rnnviz.records import Comparison, Trace
from rnnviz.scene.assemble import script
from rnnviz.scene.blob import NO_WORDS, Words, numbers_bytes, pack
from rnnviz.scene.schedules import schedule
from rnnviz.scene.squeeze import Squeezed, squeeze
from rnnviz.scene.templates import PARTS, SEED
from rnnviz.scene.what_if import what_if

# Colours of the page; "auto" are those that the browser asks for.
THEMES = ("auto", "light", "dark")

# A moment as it stands in a link, with the part of the update where it is not the last.
_MOMENT = re.compile(r"\d+\.(forward|reverse)\.\d+\.\d+(\.\w+)?")
_FIRST = "0.forward.0.0"


class PageOptions(TypedDict, total=False):
    """How the page looks, and where it begins.

    Attributes:
        theme: "auto" follows the browser; a button changes it in any case.
        hide: parts of the player to leave out: map, transport, options, anatomy, drill, code,
            strip.
        title: stands above the player and in the browser's tab.
        start: where it begins, as in the app's links: a moment such as `1.reverse.4.3` (layer,
            direction, t, unit), or words such as `at=1.reverse.4.3&order=time-first`.
    """

    theme: Literal["auto", "light", "dark"]
    hide: Iterable[str]
    title: str
    start: str


_DEFAULTS: PageOptions = {"theme": "auto", "hide": (), "title": "RNNviz", "start": ""}


def player_html(
    trace: Trace,
    *,
    comparison: Comparison | None = None,
    wrong: Trace | None = None,
    sample: int = 0,
    labels: Sequence[str] | None = None,
    seed: int | None = None,
    **page: Unpack[PageOptions],
) -> str:
    """One sample of a run as a page that plays: everything the app's player does without a server.

    The page holds its script, its style and its numbers, and may load nothing. Weights of a seed it
    draws itself: so a float32 net of any kind with 4 layers in both directions and 64 units over 64
    timesteps takes less than 1.5 MB with both orders. Other weights add about 4.4 bytes each.

    Args:
        trace: the run.
        comparison: `rnnviz.compare` of the run, for torch's states and the differences from them;
            the page shows neither without it.
        wrong: what `rnnviz.engine.mistakes.time_first` gives of the same; offered as an order.
        sample: which sample of the batch.
        labels: a token per timestep.
        seed: the seed whose default initialisation gave the weights; the page holds any others.
        page: see `PageOptions`.

    Raises:
        TypeError: page has an option that there is not.
        ValueError: an argument does not fit the run; TooLargeError as for `check_page_size`.
    """
    check_page_size(trace, sample=sample, wrong=wrong is not None)
    options, trace = _checked(page), trace.numpy()
    truth = None if comparison is None else _fitting(comparison.numpy(), trace)
    words = Words(labels) if labels else NO_WORDS
    torch_h = [cell.h for cell in trace.cells] if truth is None else truth.cells
    runs = [(trace, pack(trace, torch_h, sample=sample, words=words))]
    if wrong is not None:
        wrong = _fitting_wrong(wrong.numpy(), trace, truth)
        runs.append((wrong, _packed_wrong(wrong, truth, sample, words)))
    return _document(options, squeeze(runs, seed), truth is not None)


def _packed_wrong(wrong: Trace, truth: Comparison, sample: int, words: Words) -> bytes:
    """The run in the wrong order, judged by torch's states."""
    judged = what_if(wrong, truth, schedule("time-first", wrong.config.lanes, wrong.seq_len))
    return pack(wrong, truth.cells, sample=sample, words=words, what_if=judged)


def check_page_size(trace: Trace, *, sample: int = 0, wrong: bool = False) -> None:
    """Refuse a run whose page would be too large, before anything is made of it.

    Args:
        trace: the run.
        sample: which sample of the batch.
        wrong: whether the page is to hold the wrong order too.

    Raises:
        TooLargeError: the page would hold more than PAGE_MAX_BYTES of numbers.
        ValueError: the run has no such sample.
    """
    trace = checked(trace, DEFAULT_LOOK, sample=sample)
    size = numbers_bytes(trace, sample=sample) * (2 if wrong else 1)
    if size > PAGE_MAX_BYTES:
        lower = "take fewer timesteps" + (", or leave the wrong order out" if wrong else "")
        raise TooLargeError(
            f"a page holds up to {PAGE_MAX_BYTES / 2**20:.0f} MiB of numbers, this run has "
            f"{size / 2**20:.0f} MiB: {lower}."
        )


def _checked(page: PageOptions) -> PageOptions:
    for name in page:
        if name not in _DEFAULTS:
            raise TypeError(f"a page has no option {name!r}; it has {', '.join(_DEFAULTS)}.")
    options = _DEFAULTS | page
    if options["theme"] not in THEMES:
        raise ValueError(f"theme must be one of {', '.join(THEMES)}; got {options['theme']!r}.")
    hide = (options["hide"],) if isinstance(options["hide"], str) else tuple(options["hide"])
    for part in hide:
        if part not in PARTS:
            raise ValueError(f"hide must name parts among {', '.join(PARTS)}; got {part!r}.")
    return options | {"hide": hide}


def start_words(start: str) -> dict[str, str]:
    """Where a page begins, in the words of a link; the player checks them against the run.

    Raises:
        ValueError: it names no moment.
    """
    words = dict(parse_qsl(start.removeprefix("?"))) if "=" in start else {"at": start}
    seed = {name: words[name] for name in SEED if words.get(name)}
    if start and (not seed or not _MOMENT.fullmatch(seed.get("at", _FIRST))):
        raise ValueError(
            f"start must be a moment such as {_FIRST} (layer, direction, t, unit) or words such as "
            f"at={_FIRST}&order=both; got {start!r}."
        )
    return seed


def _fitting(truth: Comparison, trace: Trace) -> Comparison:
    ours, theirs = ([cell.h.shape for cell in trace.cells], [h.shape for h in truth.cells])
    if ours != theirs:
        raise ValueError(
            f"comparison must be of this run, with states of shapes {ours}; got {theirs}."
        )
    return truth


def _fitting_wrong(wrong: Trace, trace: Trace, truth: Comparison | None) -> Trace:
    if truth is None:
        raise ValueError("wrong is judged by torch's states: it needs the comparison of the run.")
    if trace.lengths is not None or trace.clamps:
        raise ValueError("wrong must be None for a run that is packed or has clamps.")
    if wrong.config != trace.config:
        raise ValueError(f"wrong must be of the same net, {trace.config}; got {wrong.config}.")
    if not np.array_equal(wrong.cells[0].x, trace.cells[0].x, equal_nan=True):
        raise ValueError("wrong must be a run on the same input; its x is another one.")
    return wrong


def _document(options: PageOptions, runs: Squeezed, compared: bool) -> str:
    given = {
        "theme": options["theme"],
        "hide": options["hide"],
        "seed": start_words(options["start"]),
        "compared": compared,
        "runs": runs._asdict(),
    }
    # Within a script only "<" could end it.
    data = json.dumps(given, separators=(",", ":")).replace("<", "\\u003c")
    code = script("page_player")
    digest = b64encode(sha256(code.encode()).digest()).decode("ascii")
    policy = (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    title = escape(options["title"])
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_style()}</style>\n</head>\n<body>\n"
        f"<header><h1>{title}</h1></header>\n"
        f'<main class="rnnviz-place"><noscript>The player needs JavaScript.</noscript></main>\n'
        f'<script type="application/json" id="rnnviz-given">{data}</script>\n'
        f'<script type="module">{code}</script>\n</body>\n</html>\n'
    )


def _style() -> str:
    """What stands around the player; its own style comes with its script."""
    light, dark = (
        f"color-scheme:{name};--page:{palette.surface};--ink:{palette.text};"
        f"--line:{palette.hairline}"
        for name, palette in PALETTES.items()
    )
    return (
        f":root{{{light}}}"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme]){{{dark}}}}}"
        f":root[data-theme=dark]{{{dark}}}"
        "body{margin:0 auto;max-width:1600px;padding:12px 16px;background:var(--page);"
        f"color:var(--ink);font:14px/1.4 {FONT_FAMILY}}}"
        "header{display:flex;gap:12px;align-items:center;justify-content:space-between;"
        "margin-bottom:10px}"
        "h1{margin:0;font-size:17px;overflow-wrap:anywhere}"
        "header button{flex:none;min-height:30px;padding:2px 10px;border:1px solid var(--line);"
        "border-radius:6px;background:var(--page);color:var(--ink);font:inherit;cursor:pointer}"
    )
