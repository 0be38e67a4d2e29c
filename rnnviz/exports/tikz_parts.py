"""What stands in every TikZ picture around its items: the document, and macros of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rnnviz.exports.tikz_text import FROM_RIGHT, OTHER, PLUS_MINUS

# Cells in a column or in a row.
DOWN, ALONG = r"\rnnvizdown", r"\rnnvizalong"

HEAD = r"""% {about}
% To compile: pdflatex, or lualatex for texts in other scripts, of which pdflatex has no glyphs:
% it shows a box for them and says so in its log.
% To use in a paper: copy the tikzpicture; it needs \usepackage{{tikz}}{more}, and fix-cm
% or lmodern so that the fonts come in these sizes. What it defines ends with it.
\RequirePackage{{fix-cm}}
\documentclass{{article}}
\usepackage[paperwidth={width}mm,paperheight={height}mm,margin=0mm]{{geometry}}
\usepackage{{iftex}}
\usepackage{{tikz}}
{preamble}\pagestyle{{empty}}
\setlength\parindent{{0pt}}
\begin{{document}}%
"""

# For documents that hold other scripts.
FONTS = r"""\ifpdftex\else
  \usepackage{fontspec}
  % The first of these that is installed and has the sign sets it: add your own.
  \newcommand\rnnvizfonts{}
  \newcommand\rnnvizfont[2]{\IfFontExistsTF{#2}{\newfontfamily#1{#2}%
    \expandafter\def\expandafter\rnnvizfonts\expandafter{\rnnvizfonts\rnnviztry#1}}{}}
  \rnnvizfont\rnnvizfontA{DejaVu Sans}
  \rnnvizfont\rnnvizfontB{Noto Sans}
  \rnnvizfont\rnnvizfontC{Noto Sans CJK SC}
  \rnnvizfont\rnnvizfontD{WenQuanYi Micro Hei}
  \rnnvizfont\rnnvizfontE{Arial Unicode MS}
  \newcommand\rnnvizskip[1]{}
  \newcommand\rnnvizother[2]{{%
    \def\rnnviztry##1{##1\iffontchar\font"#1\relax\let\rnnviztry\rnnvizskip\fi}\rnnvizfonts#2}}
\fi
"""

_OTHER = r"""% What pdflatex lacks: {its first sign, in Unicode}{it}
\providecommand\rnnvizother[2]{\ifpdftex
  \PackageWarning{rnnviz}{pdflatex has no glyph for U+#1: compile with lualatex}%
  {\fboxsep0pt\framebox[.6em]{\vphantom{X}}}\else#2\fi}"""

_FROM_RIGHT = r"""\providecommand\rnnvizright[2]{{%
  \ifcsname addfontfeature\endcsname\addfontfeature{Script=#1}\fi\ifluatex\textdir TRT\fi#2}}"""

_PLUS_MINUS = r"\providecommand\rnnvizpm{\scalebox{.65}[1]{$\pm$}}"

# Far faster than \path and \foreach: 5,000 cells in 2 s, not in 8.
_CELLS = r"""% Cells, one below or beside the other: {x}{y}{width}{height}{A for rnnvizA, ...}
\def\rnnvizdown#1#2#3#4#5{\rnnvizcells{#1}{#2}{0}{#4}{#3}{#4}{#5}}
\def\rnnvizalong#1#2#3#4#5{\rnnvizcells{#1}{#2}{#3}{0}{#3}{#4}{#5}}
\def\rnnvizcells#1#2#3#4#5#6#7{\pgfscope\pgftransformshift{\pgfpointxy{#1}{#2}}%
  \pgfmathsetmacro\rnnvizwide{#5+.1*#3}\pgfmathsetmacro\rnnvizhigh{#6+.1*#4}%
  \def\rnnvizstep{\pgfpointxy{#3}{#4}}\def\rnnvizlast{\pgfpointxy{#5}{#6}}%
  \def\rnnvizover{\pgfpointxy{\rnnvizwide}{\rnnvizhigh}}\rnnviznext#7,;\endpgfscope}
\def\rnnviznext#1,#2;{\pgfsetfillcolor{rnnviz#1}\if\relax\detokenize{#2}\relax
  \pgfpathrectanglecorners{\pgfpointorigin}{\rnnvizlast}\pgfusepath{fill}%
  \else\pgfpathrectanglecorners{\pgfpointorigin}{\rnnvizover}\pgfusepath{fill}%
  \pgftransformshift{\rnnvizstep}\rnnviznext#2;\fi}"""


_MACROS = {
    (PLUS_MINUS,): _PLUS_MINUS,
    (OTHER,): _OTHER,
    (FROM_RIGHT,): _FROM_RIGHT,
    (DOWN, ALONG): _CELLS,
}


def macros(body: Sequence[str]) -> Iterator[str]:
    """The definitions that lines of a picture need, within it, so that it can be copied out."""
    for names, lines in _MACROS.items():
        if any(name in line for line in body for name in names):
            yield lines
