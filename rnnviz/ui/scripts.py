"""The net of a run as a script in plain torch, on every page that offers it."""

from __future__ import annotations

import streamlit as st

from rnnviz.exports.beside import needs_files
from rnnviz.exports.script import torch_script
from rnnviz.files.script_zip import script_zip
from rnnviz.ui.cache import Run
from rnnviz.ui.files import file_button
from rnnviz.ui.words import sentence


def script_view(run: Run, words: str = "") -> None:
    """The net as a script to copy or to save, after some words, or why there is none."""
    seed = run.settings.default_seed
    try:
        script = torch_script(run.trace, seed=seed)
    except ValueError as error:
        st.caption(sentence(error))
        return
    if words:
        st.write(words)
    large = needs_files(run.trace, seed=seed)
    if not large:
        file_button(
            st.container(),
            "Script (.py)",
            lambda: script,
            "rnnviz-net.py",
            "It needs torch alone; python rnnviz-net.py asserts that its loop gives what torch.nn "
            "gives.",
        )
    # Without a seed the weights written out are most of it.
    if large or seed is None:
        file_button(
            st.container(),
            "Script and its numbers (.zip)",
            lambda: script_zip(run.trace),
            "rnnviz-net.zip",
            "net.py with weights.pt, read with weights_only=True, and input.npz beside it. "
            "Unpacked, python net.py runs the net and asserts that the output is this one.",
        )
    st.code(script, language="python")
