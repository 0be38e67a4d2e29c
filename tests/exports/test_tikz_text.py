"""Texts and formulas for LaTeX, sign by sign."""

import pytest

from rnnviz.exports.tikz_text import tex_formula, tex_text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("t = 3", "t = 3"),
        ("1  gates", r"1\  gates"),
        (" a ", r"\ a\ "),
        ("a\nb", "a b"),
        (r"\input{x}", r"\textbackslash{}input\{x\}"),
        ("50% & #_", r"50\% \& \#\_"),
        ("--'", r"-\/-\/'"),
        ("Zoë ō", r"Zo\"{e} \={o}"),
        ("e\u0301", r"\'{e}"),
        ("naïve", r"na\"{\i}ve"),
        ("−0.57", r"\textendash{}0.57"),
        ("中文 b", r"\rnnvizother{4E2D}{中文} b"),
        ("שלום", r"\rnnvizother{05E9}{\rnnvizright{Hebrew}{שלום}}"),
        ("\x00\ud800\u202e", r"\rnnvizother{FFFD}{" + 3 * r'\symbol{"FFFD}' + "}"),
    ],
)
def test_text_is_set_as_it_is(text, wanted):
    assert tex_text(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("W_{ih}", "W_{ih}"),
        ("W_{ih} x", r"W_{ih}\,x"),
        ("b_{ih}+b_{hh}", "b_{ih}+b_{hh}"),
        ("+ b =", "+ b ="),
        ("1 − z", "1 - z"),
        ("c before", r"c\,\mathit{before}"),
        ("tanh c", r"\tanh  c"),
        ("h[0]", "h[0]"),
        ("x_1y", "x_{1}y"),
        ("×", r"\times"),
        ("a$_{%}", r"a\mbox{{\char36}}_{\mbox{\%}}"),
    ],
)
def test_formulas_are_real_math(text, wanted):
    assert tex_formula(text) == wanted
