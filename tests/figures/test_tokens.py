"""Text from users."""

import pytest

from rnnviz.figures.tokens import shown_token, token_text


@pytest.mark.parametrize(
    ("token", "shown"),
    [
        ("hello", "hello"),
        (" ", "␣"),
        ("\u00a0", "␣"),
        ("\n", "↵"),
        ("\u2028", "↵"),
        ("\t", "⇥"),
        ("\x00", "�"),
        ("\u202e", "�"),
        ("\ud800", "�"),
        ("<b>", "&lt;b&gt;"),
        ("&lt;", "&amp;lt;"),
        ("%{x}", "&#37;{x}"),
        ("$$", "&#36;&#36;"),
        ("für 中", "für␣中"),
    ],
)
def test_token_is_shown_as_it_is(token, shown):
    assert token_text(token) == shown


def test_long_token_is_cut():
    assert token_text("a" * 12) == "a" * 12
    assert token_text("a" * 13) == "a" * 11 + "…"


def test_token_is_cut_before_it_is_escaped():
    """Otherwise half an entity would be left."""
    assert token_text("<" * 13) == "&lt;" * 11 + "…"


@pytest.mark.parametrize(
    ("token", "shown"),
    [
        ("hello", "hello"),
        ("", ""),
        (" \t\r\n", "␣⇥↵↵"),
        ("\x00\u202e\ud800", "���"),
        ("<b>&amp;%{x}$$", "<b>&amp;%{x…"),
        ("<" * 13, "<" * 11 + "…"),
        ("\n" * 12, "↵" * 12),
        ("x?", "x?"),
    ],
    ids=["word", "empty", "blanks", "controls", "markup", "cut", "twelve", "unknown"],
)
def test_text_without_markup_is_shown_without_escapes(token, shown):
    """Where nothing reads tags, an entity would be seen as such."""
    assert shown_token(token) == shown
    assert len(shown_token(token)) <= 12
