"""A file's fingerprint: what a link says of it."""

import re

from rnnviz.ui.uploads import fingerprint


def test_it_depends_on_the_bytes_and_on_how_they_are_read():
    mark = fingerprint("a.csv", b"1,2")

    assert re.fullmatch("[0-9a-f]{16}", mark)
    assert mark == fingerprint("other name.CSV", b"1,2")
    assert mark != fingerprint("a.csv", b"1,3")
    assert mark != fingerprint("a.npy", b"1,2")


def test_a_name_that_is_no_text_has_a_fingerprint_too():
    assert len(fingerprint("a.\udcff", b"1,2")) == 16
