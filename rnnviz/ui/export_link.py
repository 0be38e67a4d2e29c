"""A link to this moment: to copy, and as a QR code."""

from __future__ import annotations

import streamlit as st

from rnnviz.exports.qr import qr_svg
from rnnviz.limits import TooLargeError
from rnnviz.ui.cache import Run
from rnnviz.ui.files import file_button
from rnnviz.ui.moment import moment_link, moment_of
from rnnviz.ui.words import sentence


def link_section(run: Run, sample: int) -> None:
    """The address, how far it carries, and its QR code."""
    moment = moment_of(run, sample)
    link = moment_link(moment, sample)
    where = "where everyone starts" if moment.is_start else f"at {moment}"
    st.write(f"It opens this run with every setting, and the player {where}.")
    st.code(link, language=None, wrap_lines=True)
    if (run.settings.file and run.settings.input == "file") or run.opened is not None:
        st.caption(
            "A file does not travel in a link, which holds its fingerprint: whoever opens it is "
            "asked for the file. “Save or open a session” in the sidebar keeps both together."
        )
    try:
        code = qr_svg(link)
    except TooLargeError as error:
        st.warning(
            f"No QR code: {sentence(error)} Fewer changed numbers and a shorter text make the "
            "link shorter.",
            icon=":material/warning:",
        )
        return
    st.image(code, width=200)
    file_button(
        st.container(), "QR code (.svg)", lambda: code, "rnnviz-link.svg", "For a slide; 40 mm."
    )
