"""Why a visitor's numbers differ from torch.nn's: the form, the verdict, and the pictures."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import streamlit as st
from torch import nn

from rnnviz.diagnosis.case import case_of
from rnnviz.diagnosis.diagnose import diagnose_case
from rnnviz.diagnosis.numbers import arrays
from rnnviz.diagnosis.report import Diagnosis, Match
from rnnviz.engine.varied import Case, run_varied
from rnnviz.exports.try_script import needs_numbers, try_script
from rnnviz.figures.diagnosed import Beside, error_map, results_beside
from rnnviz.files.script_zip import try_zip
from rnnviz.ui.cache import Run, call_of
from rnnviz.ui.files import file_button
from rnnviz.ui.lab_view import LAB_PAGE
from rnnviz.ui.results import NAMES, results_form, stamp
from rnnviz.ui.views import chart, look
from rnnviz.ui.words import plain, sentence

# The last diagnosis and what it is of; and of what two mistakes at a time are not wanted.
_LAST, _STOPPED = "_diagnosis", "_diagnosis_stopped"

_AT_WORK = {
    1: "Making every known mistake…",
    2: "No single mistake fits; making two at a time…",
}

# Matches shown in full; more are named.
_MOST_SHOWN = 3


def diagnosis_view(run: Run) -> None:
    """The whole page below its heading."""
    module, *arguments = call_of(run)
    if not isinstance(module, nn.RNNBase):
        st.info(
            "Mistakes are known of torch's own nets, nn.RNN, nn.LSTM and nn.GRU; choose one of "
            "these as the cell, or open one on the page “Open a net”.",
            icon=":material/info:",
        )
        return
    if run.trace.clamps:
        st.caption("What is held in the net of the sidebar is let go here.")
    case = case_of(module, *arguments)
    st.markdown(
        "Run **your own** net on this net's weights, input and initial states, paste what it "
        "gives, and see which mistake makes exactly these numbers. The sidebar chooses the net, "
        "“Open a net” one out of a file."
    )
    _no_states(case)
    _script(run)
    results = results_form(_shapes(case))
    if not results:
        return
    try:
        found = _diagnosed(run, case, results)
    except (ValueError, TypeError) as error:
        st.error(sentence(error), icon=":material/error:")
        return
    _verdict(found)
    if found.verdict == "none known" and st.session_state.get(_STOPPED) == stamp(results):
        row = st.container(horizontal=True, vertical_alignment="center")
        row.markdown("Two mistakes at a time were not all tried.")
        row.button("Try them", on_click=_go_on, key="_diagnosis_go_on")
    _pictures(run, found)


def _shapes(case: Case) -> dict[str, tuple[int, ...]]:
    """The shapes of torch's results, by name."""
    return {name: array.shape for name, array in arrays(run_varied(case).returned).items()}


def _no_states(case: Case) -> None:
    """Zeros hide mistakes about initial states; the way to random ones."""
    if case.states_given:
        return
    row = st.container(horizontal=True, vertical_alignment="center")
    row.markdown("The initial states are zeros, so that mistakes about them cannot show.")
    row.button("Use a random h_0", on_click=_random_states, key="_random_h_0")


def _random_states() -> None:
    st.session_state["h0"] = "random"


def _script(run: Run) -> None:
    """For those without numbers: what makes them."""
    with st.expander("No numbers yet? A script that makes them", icon=":material/code:"):
        try:
            script = try_script(run.trace)
        except ValueError as error:
            st.caption(sentence(error))
            return
        st.markdown(
            "It holds the weights and the input, needs torch and nothing else, and calls your code "
            "through one of two adapters that you fill in: a function, or a class with lists."
        )
        beside = needs_numbers(run.trace)
        file_button(
            st.container(),
            "Script and its numbers (.zip)" if beside else "Script (.py)",
            lambda: try_zip(run.trace) if beside else script,
            "rnnviz-try-mine.zip" if beside else "try_mine.py",
            "Fill in an adapter, run it, and paste what it prints here.",
            key="_try_script",
        )
        st.code(script[: script.index("weights = ")], language="python", height=300)


class _Key(NamedTuple):
    """What a diagnosis is of."""

    settings: object
    results: int
    pairs: bool


def _diagnosed(run: Run, case: Case, results: dict) -> Diagnosis:
    """The diagnosis, made once for the same numbers; two mistakes at once take some seconds.

    Raises:
        ValueError, TypeError: the results hold no numbers, or do not fit.
    """
    of = stamp(results)
    key = _Key(run.settings, of, st.session_state.get(_STOPPED) != of)
    kept = st.session_state.get(_LAST)
    if kept is not None and kept[0] == key:
        return kept[1]
    place = st.empty()
    with place.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, _AT_WORK[1])
        if key.pairs:
            st.button("Stop", on_click=_stop, args=(of,), key="_diagnosis_stop")

    def progress(at_a_time: int, share: float) -> None:
        bar.progress(share, _AT_WORK[at_a_time])

    given = dict.fromkeys(NAMES) | results
    try:
        found = diagnose_case(case, given, progress, pairs_too=key.pairs)
    finally:
        place.empty()
    st.session_state[_LAST] = (key, found)
    return found


def _stop(of: int) -> None:
    st.session_state[_STOPPED] = of


def _go_on() -> None:
    st.session_state.pop(_STOPPED, None)


def _verdict(found: Diagnosis) -> None:
    """What it is, in one line, then each mistake with its line of code."""
    count = len(found.matches)
    match found.verdict:
        case "equal":
            st.success("**Equal.** Your numbers are torch.nn's.", icon=":material/check:")
            if found.hidden:
                names = ", ".join(dict.fromkeys(one.code for one in found.hidden))
                st.caption(plain(f"These numbers would not show: {names}. More results would."))
        case "one mistake":
            st.error("**One mistake** makes exactly these numbers.", icon=":material/search_check:")
        case "two mistakes":
            st.error(
                "**Two mistakes** at once make exactly these numbers.",
                icon=":material/search_check:",
            )
        case "ambiguous" if count > 1:
            st.warning(
                f"**{count} mistakes** make these numbers, which do not tell them apart.",
                icon=":material/help:",
            )
        case "ambiguous":
            st.warning("**Perhaps this one**, but few numbers say so.", icon=":material/help:")
        case _:
            st.warning("**No known mistake** makes these numbers.", icon=":material/help:")
    for match in found.matches[:_MOST_SHOWN]:
        _mistake(match)
    if found.matches and LAB_PAGE in st.session_state:
        # The lab opens with what was found last.
        st.session_state["mistake"] = found.matches[0].mistakes[0].id
        words = f"See {found.matches[0].mistakes[0].code} run in the bug lab"
        st.page_link(st.session_state[LAB_PAGE], label=words, icon=":material/science:")
    if count > _MOST_SHOWN:
        st.caption(plain("Also: " + "; ".join(m.id for m in found.matches[_MOST_SHOWN:])))
    for note in found.notes:
        st.markdown(plain(note))
    if found.first_difference is not None:
        st.caption(plain(f"First wrong number: {found.first_difference}."))


def _mistake(match: Match) -> None:
    """One mistake: what it is, the wrong line and the right one."""
    with st.container(border=True):
        st.markdown(f"**{plain(match.id)}**  \n{plain(match.sentence)}")
        lines = [f"- {line}" for line in match.wrong.splitlines()]
        lines += [f"+ {line}" for line in match.right.splitlines()]
        st.code("\n".join(lines), language="diff", wrap_lines=True)
        words = f"Distance to your numbers {match.distance:.2g}"
        if np.isfinite(match.runner_up_distance):
            words += f"; the next mistake, {match.runner_up}, is off by "
            words += f"{match.runner_up_distance:.2g}"
        st.caption(plain(f"{words}."))


def _pictures(run: Run, found: Diagnosis) -> None:
    """Where the error is, and the three results beside each other."""
    config = found.right.case.config
    first = found.first_difference
    choice = look(run, 0)
    if first is not None:
        firsts = [(one.layer, one.direction, one.t) for one in found.first_differences]
        figure = error_map(found.pattern, config.lanes, firsts, look=choice)
        chart(figure, "error_map", kept_of=run.settings)
    sample = 0 if first is None else first.sample
    choice = look(run, sample)
    for beside in _beside(found, sample):
        figure = results_beside(beside, sample=sample, lanes=config.lanes, look=choice)
        chart(figure, f"beside_{beside.name}", kept_of=run.settings)


def _beside(found: Diagnosis, sample: int) -> list[Beside]:
    """The results of one sample, where yours have torch's shape."""
    right = arrays(found.right.returned)
    wrong = arrays(found.matches[0].run.returned) if found.matches else {}
    name = " + ".join(one.code for one in found.matches[0].mistakes) if found.matches else ""
    shown = []
    for key, known in found.known.items():
        if known.values.shape != right[key].shape:
            continue
        mistake = wrong.get(key)
        if mistake is not None and mistake.shape != right[key].shape:
            mistake = None
        parts = [
            None if array is None else _of_sample(found, key, array, sample)
            for array in (right[key], known.values, mistake)
        ]
        shown.append(Beside(key, *parts, name, tuple(_frames(found, key))))
    return shown


def _of_sample(found: Diagnosis, name: str, array: np.ndarray, sample: int) -> np.ndarray:
    """One sample of a result: (seq_len, features), or (cells, units)."""
    case = found.right.case
    if not case.batched:
        return array
    first = name == "output" and case.config.batch_first
    return array[sample] if first else array[:, sample]


def _frames(found: Diagnosis, name: str) -> list[tuple[int, int, int]]:
    """Where the first wrong numbers stand in the picture of output."""
    case = found.right.case
    if name != "output":
        return []
    size, last = case.config.state_size, case.config.num_layers - 1
    frames = []
    for one in found.first_differences:
        if one.layer == last:
            top = size * (one.direction == "reverse")
            frames.append((top, top + size, one.t))
    return frames
