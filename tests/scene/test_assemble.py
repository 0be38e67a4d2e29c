"""The player's code as one text: what is joined, in which order, and what must not be in it."""

import fnmatch
import json
import re
import shutil
import subprocess
import tomllib
from dataclasses import asdict
from itertools import product
from pathlib import Path

import pytest

from rnnviz.figures.theme import PALETTES, SIGNED_STOPS
from rnnviz.scene import assemble, blob, templates
from rnnviz.scene.assemble import ASSETS, SHARED, script, shared, style
from rnnviz.scene.code import CELLS, code
from rnnviz.scene.schedules import ORDERS

PROJECT = Path(__file__).parents[2] / "pyproject.toml"
# How many exports each has: what Streamlit calls; a page of its own starts by itself.
ENTRIES = {"streamlit_core": 1, "streamlit_shim": 1, "streamlit_left": 1, "page_player": 0}
# What runs outside of a page.
PROGRAMS = {"picture"}
FILES = sorted(ASSETS.iterdir())
MODULES = [path for path in FILES if path.suffix == ".js"]
EVERY_ENTRY = pytest.mark.parametrize("entry", ENTRIES)
EVERY_FILE = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
NEEDS_NODE = pytest.mark.skipif(shutil.which("node") is None, reason="needs node")


def without_comments(text):
    """JavaScript or CSS without what stands in comments; the // of an address is none."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"(?<![:\"'])//.*", "", text)


def node(*arguments):
    return subprocess.run(["node", *map(str, arguments)], capture_output=True, text=True)


@pytest.fixture
def modules(tmp_path, monkeypatch):
    """Writes modules in place of the player's own, and joins them."""
    monkeypatch.setattr(assemble, "ASSETS", tmp_path)

    def join(entry, **texts):
        for name, text in texts.items():
            (tmp_path / f"{name}.js").write_text(text, "utf-8")
        return script.__wrapped__(entry)

    return join


def needed_by(entry):
    """The entry and all that it imports, read from the import lines."""
    found, open_ = set(), [entry]
    while open_:
        name = open_.pop()
        if name not in found and name != SHARED:
            found.add(name)
            text = (ASSETS / f"{name}.js").read_text("utf-8")
            open_ += re.findall(r'^import [^;]* from "\./(\w+)\.js";', text, flags=re.MULTILINE)
    return found


def test_every_module_is_reached_from_an_entry():
    reached = set().union(*map(needed_by, {*ENTRIES, *PROGRAMS}))

    assert {path.stem for path in MODULES} == reached


@EVERY_ENTRY
def test_a_joined_text_has_every_module_once_and_no_import(entry):
    text = script(entry)

    assert re.findall(r"^\s*import\b.*", text, flags=re.MULTILINE) == []
    assert "import(" not in without_comments(text)
    exports = re.findall(r"^\s*export\b.*", text, flags=re.MULTILINE)
    assert len(exports) == ENTRIES[entry]
    assert all(line.lstrip().startswith("export default function") for line in exports)
    joined = re.findall(r"^const \$(\w+) = \(\(\) => \{$", text, flags=re.MULTILINE)
    assert len(joined) == len(set(joined))
    assert set(joined) - {SHARED} == needed_by(entry) - {entry}


@EVERY_ENTRY
def test_a_module_comes_after_all_that_it_imports(entry):
    text = script(entry)
    there = {SHARED: text.find("const $shared = ")}
    there |= {name: text.find(f"const ${name} = ") for name in needed_by(entry)}
    for name, body in re.findall(r"(?ms)^const \$(\w+) = \(\(\) => \{\n(.*?)^\}\)\(\);", text):
        for other in re.findall(r"^const \{[^}]*\} = \$(\w+);", body, flags=re.MULTILINE):
            assert 0 <= there[other] < there[name]


def test_a_joined_text_may_stand_in_a_page():
    """Nothing in it ends the script element, or hides its end."""
    text = script("page_player").lower()

    assert "</script" not in text
    assert "<!--" not in text
    assert "<script" not in text


@NEEDS_NODE
@EVERY_ENTRY
def test_a_joined_text_is_javascript(entry, tmp_path):
    path = tmp_path / "joined.mjs"
    path.write_text(script(entry), "utf-8")
    checked = node("--check", path)

    assert checked.returncode == 0, checked.stderr


@NEEDS_NODE
def test_modules_may_use_the_same_names_inside(modules, tmp_path):
    """Exports of every kind reach who imports them; what is not exported stays inside."""
    text = modules(
        "main",
        main="""import { one, Kind } from "./one.js";
import {
  two,
} from "./two.js";
const size = 3;
export default function () {
  return [one(), new Kind().size, two, size];
}
""",
        one="""import { two } from "./two.js";
const size = 1;
export function one() {
  return [size, two];
}
export class Kind {
  constructor() {
    this.size = size + 10;
  }
}
""",
        two="const size = 2;\nexport const two = size;\n",
    )
    (tmp_path / "joined.mjs").write_text(text, "utf-8")
    (tmp_path / "run.mjs").write_text(
        'import made from "./joined.mjs";\nconsole.log(JSON.stringify(made()));\n', "utf-8"
    )
    ran = node(tmp_path / "run.mjs")

    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == [[1, 2], 11, 2, 3]


@pytest.mark.parametrize(
    ("imports", "words"),
    [
        ({"a": "b", "b": "a"}, "a -> b -> a"),
        ({"a": "b", "b": "c", "c": "b"}, "a -> b -> c -> b"),
        ({"a": "a"}, "a -> a"),
    ],
    ids=["two", "further down", "itself"],
)
def test_modules_that_import_each_other_are_refused(modules, imports, words):
    texts = {
        name: f'import {{ {other} }} from "./{other}.js";\nexport const {name} = 1;\n'
        for name, other in imports.items()
    }

    with pytest.raises(ValueError, match=f"^modules import each other: {words}\\.$"):
        modules("a", **texts)


def test_a_module_that_two_others_import_is_no_circle(modules):
    text = modules(
        "top",
        top='import { left } from "./left.js";\nimport { right } from "./right.js";\n',
        left='import { base } from "./base.js";\nexport const left = base;\n',
        right='import { base } from "./base.js";\nexport const right = base;\n',
        base="export const base = 1;\n",
    )

    assert text.count("const $base = ") == 1
    assert text.index("const $base") < text.index("const $left") < text.index("const $right")


@EVERY_FILE
def test_a_file_keeps_to_its_size(path):
    lines = path.read_text("utf-8").splitlines()

    assert len(lines) <= 300
    assert path.suffix in (".js", ".css")


FORBIDDEN = {
    "markup from text": r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser",
    "setInterval": r"setInterval",
    "code from text": r"\beval\b|new Function|set(Timeout|Interval)\(\s*[\"'`]",
    "network": r"\bfetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|@import|importScripts",
    "colour": r"#[0-9a-fA-F]{3,8}\b|\brgb\(\s*[1-9]|\bhsl",
    "debugging": r"console\.|debugger",
}


@pytest.mark.parametrize("pattern", FORBIDDEN.values(), ids=FORBIDDEN.keys())
@EVERY_FILE
def test_a_file_is_free_of(path, pattern):
    """Of what may run a visitor's words, asks a network, or is a colour beside the theme's."""
    text = without_comments(path.read_text("utf-8"))

    assert re.findall(pattern, text) == []


@EVERY_FILE
def test_a_file_names_no_address(path):
    """But the name of SVG, which is an address in form alone."""
    text = without_comments(path.read_text("utf-8"))
    found = set(re.findall(r"\w*:?//[^\s\"'`)]*|url\([^)]*\)", text))

    assert found <= {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize("theme", PALETTES)
def test_the_style_holds_every_colour(theme):
    (rule,) = re.findall(rf'\.rnnviz\[data-theme="{theme}"\]\{{([^}}]*)\}}', style())
    colors = dict(line.split(":") for line in rule.split(";"))
    palette = asdict(PALETTES[theme])

    assert colors == {f"--{name.replace('_', '-')}": color for name, color in palette.items()}
    assert "--forward-soft" in colors


def test_the_style_uses_only_variables_that_there_are():
    """Those aside that what surrounds the player may set, for which it has a value of its own."""
    declared = set(re.findall(r"(--[\w-]+):", style()))
    used = set(re.findall(r"var\((--[\w-]+)\)", style()))

    assert used
    assert used <= declared
    assert style().endswith((ASSETS / "player.css").read_text("utf-8"))


KINDS = list(product(ORDERS, (True, False), (True, False), CELLS))


def test_the_code_of_every_kind_of_net_is_there():
    """Under the words that JavaScript makes of an order, two truths and a name."""
    table = shared()["code"]

    assert len(KINDS) == len(table) == 60
    for order, both, bias, cell in KINDS:
        key = f"{order} {str(both).lower()} {str(bias).lower()} {cell}"
        expected = code(order, bidirectional=both, bias=bias, cell=cell)
        assert table[key] == expected
        assert len(table[key]) > 8


def test_what_is_shared_is_that_of_python():
    """As the browser gets it: through JSON."""
    text = script("streamlit_core")
    data = json.loads(re.search(r"^const SHARED = (\{.*\});$", text, flags=re.MULTILINE)[1])

    assert data == json.loads(json.dumps(shared()))
    assert data["stops"] == list(SIGNED_STOPS)
    assert data["palettes"] == {name: asdict(palette) for name, palette in PALETTES.items()}
    assert list(data["fields"]) == list(blob.FIELDS)
    assert data["alignment"] == blob.ALIGNMENT
    assert data["fingerprintBytes"] == blob.FINGERPRINT_BYTES
    assert list(data["orders"]) == list(ORDERS)
    assert data["phases"] == {kind: list(parts) for kind, parts in templates.PHASES.items()}
    assert data["style"] == style()


def test_every_shared_name_is_used_and_there():
    """No module asks for what Python does not give, and nothing is given in vain."""
    texts = [without_comments(path.read_text("utf-8")) for path in MODULES]
    used = {name for text in texts for name in re.findall(r"\bSHARED\.(\w+)", text)}
    taken = [re.findall(r"const \{([^}]*)\} = SHARED;", text) for text in texts]
    used |= {name.strip() for lists in taken for names in lists for name in names.split(",")}

    assert used == set(shared())


def test_every_name_that_is_imported_is_exported():
    """In the joined text a misspelt one would be undefined, and nobody would say so."""
    exported = {SHARED: {"SHARED"}}
    pattern = r"^export (?:default |async )*(?:function|const|class) (\w+)"
    for path in MODULES:
        text = path.read_text("utf-8")
        exported[path.stem] = set(re.findall(pattern, text, flags=re.MULTILINE))
        assert not re.findall(r"^export (?:\{|\*)", text, flags=re.MULTILINE), path.name
    for path in MODULES:
        text = path.read_text("utf-8")
        lines = re.findall(r'^import \{([^}]*)\} from "\./(\w+)\.js";', text, flags=re.MULTILINE)
        for names, module in lines:
            wanted = {name.strip() for name in names.split(",") if name.strip()}
            assert wanted <= exported[module], f"{path.name} wants {wanted} of {module}"


def test_the_assets_are_installed_with_the_package():
    data = tomllib.loads(PROJECT.read_text("utf-8"))["tool"]["setuptools"]["package-data"]
    for path in FILES:
        place = path.relative_to(PROJECT.parent / "rnnviz").as_posix()
        assert any(fnmatch.fnmatch(place, pattern) for pattern in data["rnnviz"]), place
