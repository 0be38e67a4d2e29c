"""The player as a file of its own, and how it stands in another page or a notebook."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlencode

import streamlit as st

from rnnviz.exports.player_html import PageOptions, player_html
from rnnviz.limits import PAGE_MAX_BYTES
from rnnviz.notebook import HEIGHT
from rnnviz.scene.templates import PARTS
from rnnviz.ui.cache import Run, wrong_trace
from rnnviz.ui.downloads import whole_view
from rnnviz.ui.files import file_button
from rnnviz.ui.moment import moment_of
from rnnviz.ui.packed import has_wrong_order, packed
from rnnviz.ui.player import hidden_parts
from rnnviz.ui.views import choose_cell, look
from rnnviz.ui.words import size_words

_NAME = "rnnviz-player.html"
_TITLE = "RNNviz"

# Characters of a title: what fits above the player on a laptop.
_MAX_TITLE = 100


class _Choice(NamedTuple):
    """What goes into the file.

    Attributes:
        page: the look and the beginning.
        tokens: whether timesteps bear the tokens they read.
        wrong: whether the wrong order can be played.
    """

    page: PageOptions
    tokens: bool
    wrong: bool


def player_section(run: Run, sample: int) -> None:
    """The player as one file, lines that show it elsewhere, and all charts as one file."""
    st.write(
        "One file that plays in any browser, without a network or a server: step, scrub, hover, "
        "look into every unit. For lectures, blog posts and iframes."
    )
    choice = _choose(run, sample)
    size = len(packed(run, sample)) * (2 if choice.wrong else 1)
    if size > PAGE_MAX_BYTES:
        st.warning(
            f"The file would carry {size_words(size)} of numbers, more than the "
            f"{size_words(PAGE_MAX_BYTES)} that a browser opens at once: leave the wrong order "
            "out, or take fewer timesteps or units.",
            icon=":material/warning:",
        )
    else:
        file_button(
            st.container(),
            "Player (.html)",
            lambda: player_file(run, sample, choice),
            _NAME,
            f"It plays {size_words(size)} of numbers, packed tightly.",
        )
    _snippets(sample, choice)
    _charts(run, sample)


def player_file(run: Run, sample: int, choice: _Choice) -> str:
    """The page, with torch's states and what else was chosen."""
    return player_html(
        run.trace,
        comparison=run.comparison,
        wrong=wrong_trace(run) if choice.wrong else None,
        sample=sample,
        labels=run.labels(sample) if choice.tokens else None,
        seed=run.settings.default_seed,
        **choice.page,
    )


def _choose(run: Run, sample: int) -> _Choice:
    """The controls; those that this run gives nothing to choose for are left out."""
    left, right = st.columns(2)
    title = left.text_input("Title", _TITLE, max_chars=_MAX_TITLE, key="_export_title")
    with right:
        theme = st.segmented_control(
            "Colours",
            ("auto", "light", "dark"),
            default="auto",
            key="_export_theme",
            required=True,
            width="stretch",
            help="auto follows the browser that opens the file; it can be switched there.",
        )
    hide = st.multiselect(
        "Leave out", PARTS, hidden_parts(), key="_export_hide", placeholder="nothing"
    )
    moment = moment_of(run, sample)
    row = st.container(horizontal=True)
    at_moment = not moment.is_start and row.toggle(f"Begin at {moment}", True, key="_export_at")
    wrong = has_wrong_order(run.trace) and row.toggle(
        "With the wrong order",
        run.trace.config.bidirectional,
        key="_export_wrong",
        help="“What if time came first?” can be played too; the file grows by a part.",
    )
    tokens = run.labels(0) is not None and row.toggle("Tokens as labels", True, key="_export_words")
    page: PageOptions = {"theme": theme, "hide": hide, "title": title or _TITLE}
    if at_moment:
        page["start"] = urlencode(moment.words)
    return _Choice(page, tokens, wrong)


def _snippets(sample: int, choice: _Choice) -> None:
    """Lines to copy for a page and for a notebook."""
    st.markdown("In a page of your own, with the file beside it:")
    frame = (
        f'<iframe src="{_NAME}" title="RNNviz player" allow="fullscreen; clipboard-write"\n'
        f'        style="width: 100%; height: {HEIGHT}px; border: 0"></iframe>'
    )
    st.code(frame, language="html", wrap_lines=True)
    st.markdown("In a notebook, Jupyter or VS Code: a net of yours, or this very run as `.npz`.")
    st.code(notebook_lines(sample, choice.page), language="python", wrap_lines=True)


def notebook_lines(sample: int, page: PageOptions) -> str:
    """What shows the run in a notebook, with the look that was chosen."""
    options = {"sample": sample} if sample else {}
    usual = {"theme": "auto", "hide": [], "title": _TITLE}
    options |= {name: value for name, value in page.items() if usual.get(name) != value}
    words = "".join(f", {name}={value!r}" for name, value in options.items())
    return (
        "import rnnviz\n\n"
        "# rnnviz.show(net, x, h_0) runs a net of your own, and shows torch's states too.\n"
        f'rnnviz.show(rnnviz.load_trace("rnnviz-trace.npz"){words})'
    )


def _charts(run: Run, sample: int) -> None:
    """The still charts and the animation, as the page “Step through” has them."""
    with st.expander("All charts as one file", icon=":material/bar_chart:"):
        cell = choose_cell(run)
        # Read here: where files are made there is no session.
        shown = look(run, sample)
        file_button(
            st.container(),
            "Whole view (.html)",
            lambda: whole_view(run, look=shown, sample=sample, cell=cell),
            "rnnviz-view.html",
            "Opens offline; from 5 MB, for the largest nets 25 MB.",
        )
