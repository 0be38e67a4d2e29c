"""The player's code as one text: plain modules joined in the order of their imports."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from functools import cache
from itertools import product
from pathlib import Path

from rnnviz.figures.theme import (
    BLACK,
    FONT_FAMILY,
    MATH_FONT,
    PALETTES,
    SHARE_STOPS,
    SIGNED_STOPS,
    WHITE,
)
from rnnviz.scene import blob, templates
from rnnviz.scene.code import CELLS, code
from rnnviz.scene.schedules import ORDERS

ASSETS = Path(__file__).parent / "assets"

# The module that does not lie in a file: what JavaScript must know of Python.
SHARED = "shared"

_IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./(\w+)\.js";$', flags=re.MULTILINE)
# What stands in lines of its own; a part of the page is sent again with each change of its data.
_COMMENT = re.compile(r"^ *(?://.*|/\*\*(?s:.*?)\*/)\n", flags=re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|class) (\w+))", flags=re.MULTILINE)


@cache
def script(entry: str) -> str:
    """A module and all that it imports as one text without imports.

    Each module becomes a function of its own that gives what the module exports, so that modules
    may use the same names inside. Only the entry keeps its exports. Comments are left out.

    Raises:
        ValueError: two modules import each other.
    """
    *needed, last = _order(entry)
    return "\n".join([*(_as_function(name) for name in needed), _with_imports(_source(last))])


@cache
def program(entry: str) -> str:
    """A module and all that it imports as one text that may be run outside of a page.

    What the module exports is then found under its name with a dollar sign, as `$picture.Pictures`.
    """
    return "\n".join(_as_function(name) for name in _order(entry))


def _as_function(name: str) -> str:
    text = _source(name)
    names = ", ".join(_EXPORT.findall(text))
    body = _EXPORT.sub("", _with_imports(text))
    return f"const ${name} = (() => {{\n{body}\nreturn {{ {names} }};\n}})();"


def _with_imports(text: str) -> str:
    return _IMPORT.sub(r"const \1 = $\2;", text)


@cache
def style() -> str:
    """The player's CSS, its colours taken from the themes of the figures."""
    scale = f"linear-gradient(to right,{','.join(SIGNED_STOPS)})"
    shares = f"linear-gradient(to right,{','.join(SHARE_STOPS)})"
    rules = [f".rnnviz{{--font:{FONT_FAMILY};--scale:{scale};--share-scale:{shares}}}"]
    for theme, palette in PALETTES.items():
        colors = ";".join(f"--{name.replace('_', '-')}:{c}" for name, c in asdict(palette).items())
        rules.append(f'.rnnviz[data-theme="{theme}"]{{{colors}}}')
    return "\n".join([*rules, (ASSETS / "player.css").read_text("utf-8")])


def shared() -> dict:
    """What JavaScript must know of Python: colours, templates, the layout of a packed run."""
    return {
        "stops": SIGNED_STOPS,
        "shareStops": SHARE_STOPS,
        "black": BLACK,
        "white": WHITE,
        "palettes": {theme: asdict(palette) for theme, palette in PALETTES.items()},
        "font": FONT_FAMILY,
        "mathFont": MATH_FONT,
        "fields": blob.FIELDS,
        "usual": blob.USUAL,
        "alignment": blob.ALIGNMENT,
        "fingerprintBytes": blob.FINGERPRINT_BYTES,
        "phases": templates.PHASES,
        "gates": templates.GATES,
        "anatomy": templates.ANATOMY,
        "state": templates.STATE,
        "ranges": templates.RANGES,
        "curvePoints": templates.CURVE_POINTS,
        "quantities": templates.QUANTITIES,
        "maxFullSteps": templates.MAX_FULL_STEPS,
        "windowSteps": templates.WINDOW_STEPS,
        "windowStride": templates.WINDOW_STRIDE,
        "pace": templates.PACE,
        "maxUpdateMs": templates.MAX_UPDATE_MS,
        "speeds": templates.SPEEDS,
        "orders": ORDERS,
        "code": _code(),
        "style": style(),
    }


def _code() -> dict[str, tuple]:
    """The loop of every kind of net; the keys read `layer-first true true tanh`."""
    kinds = product(ORDERS, (True, False), (True, False), CELLS)
    return {
        f"{order} {json.dumps(both)} {json.dumps(bias)} {cell}": code(
            order, bidirectional=both, bias=bias, cell=cell
        )
        for order, both, bias, cell in kinds
    }


def _source(name: str) -> str:
    if name == SHARED:
        data = json.dumps(shared(), ensure_ascii=True, separators=(",", ":"))
        return f"export const SHARED = {data};\n"
    return _COMMENT.sub("", (ASSETS / f"{name}.js").read_text("utf-8"))


def _order(entry: str) -> list[str]:
    """Every module once, after all that it imports."""
    done: list[str] = []
    open_: list[str] = []

    def visit(name: str) -> None:
        if name in done:
            return
        if name in open_:
            raise ValueError(f"modules import each other: {' -> '.join([*open_, name])}.")
        open_.append(name)
        for _, needed in _IMPORT.findall(_source(name)):
            visit(needed)
        open_.pop()
        done.append(name)

    visit(entry)
    return done
