"""The one-way flow between the packages, and what must not be needed to trace a net."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# A file imports only from groups to its left.
ORDER = [
    "base",
    "inputs",
    "engine",
    "diagnosis",
    "figures",
    "scene",
    "exports",
    "notebook",
    "files",
    "cli",
    "ui",
    "pages",
]
BASE = {"config", "limits", "records"}
# Modules and packages of the top level that belong to a group. Shapes are read off configs and
# records alone, so everything right of these may show them.
PLACES = {"examples": "engine", "shapes": "inputs", "__main__": "cli"}
# Third parties a group may import.
ALLOWED = {
    "base": {"numpy"},
    "inputs": {"numpy", "regex", "PIL"},
    "engine": {"numpy", "torch"},
    "diagnosis": {"numpy", "torch"},
    "figures": {"numpy", "plotly"},
    "scene": {"numpy"},
    "exports": {
        "PIL",
        "imageio_ffmpeg",
        "numpy",
        "plotly",
        "py_mini_racer",
        "pyarrow",
        "safetensors",
        "segno",
        "typst",
        "xlsxwriter",
        "kaleido",
        "choreographer",
    },
    "notebook": {"torch"},
    "files": {"numpy", "torch", "safetensors"},
    "cli": {"numpy", "torch"},
    "ui": {"numpy", "torch", "plotly", "streamlit", "starlette", "pandas", "threadpoolctl"},
    "pages": {"streamlit"},
}
FILES = sorted([*ROOT.glob("rnnviz/**/*.py"), *ROOT.glob("pages/**/*.py"), ROOT / "app.py"])


def group(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    if parts[0] != "rnnviz":
        return "pages"
    return "base" if parts[1] in BASE else PLACES.get(parts[1], parts[1])


def imports(tree):
    """Absolute names of all imports that run, those for type checkers left out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_go_one_way(path):
    if path == ROOT / "rnnviz/__init__.py":
        return
    own = group(path)
    third = ALLOWED[own] | ({"starlette"} if path.name == "app.py" else set())
    for name in imports(ast.parse(path.read_text("utf-8"))):
        top, *rest = name.split(".")
        if top == "rnnviz" and rest:
            other = "base" if rest[0] in BASE else PLACES.get(rest[0], rest[0])
            known = other in ORDER
            assert not known or ORDER.index(other) <= ORDER.index(own), f"{path}: {name}"
        elif top != "rnnviz":
            assert top in sys.stdlib_module_names or top in third, f"{path}: {name}"


def test_relative_imports_are_not_used():
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            assert not (isinstance(node, ast.ImportFrom) and node.level), path


def test_files_and_functions_keep_to_their_size():
    for path in FILES:
        most = 60 if group(path) == "pages" else 300
        text = path.read_text("utf-8")
        assert len(text.splitlines()) <= most, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno - node.lineno < 40, f"{path}: {node.name}"
                assert group(path) != "pages", f"{path}: {node.name}"


def test_tracing_needs_neither_plotly_nor_streamlit():
    """In a fresh interpreter in which these cannot be imported."""
    program = """
import sys
for name in ("plotly", "streamlit", "pandas", "regex", "starlette", "safetensors"):
    sys.modules[name] = None
import torch, rnnviz
net = rnnviz.build(rnnviz.RNNConfig(input_size=3, hidden_size=4))
trace = rnnviz.trace(net, torch.zeros(5, 3))
assert rnnviz.compare(trace, net).equal
assert rnnviz.load_trace(rnnviz.trace_npz(trace)).seq_len == 5
rnnviz.examples.toggle()
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)


def test_the_command_line_needs_nothing_of_the_app(tmp_path):
    """In a fresh interpreter with the library's own dependencies alone."""
    program = """
import sys
for name in ("plotly", "streamlit", "pandas", "pyarrow", "regex", "PIL", "starlette"):
    sys.modules[name] = None
import numpy, torch
from rnnviz.cli.main import main
folder = sys.argv[1]
torch.save(torch.nn.GRU(3, 4).state_dict(), f"{folder}/net.pt")
numpy.savetxt(f"{folder}/x.csv", numpy.ones((5, 3)), delimiter=",")
net, trace = [f"{folder}/net.pt", f"{folder}/x.csv"], f"{folder}/trace.npz"
assert main(["trace", *net, "--out", trace]) == 0
assert main(["data", trace, "--format", "csv", "--out", f"{folder}/data.csv"]) == 0
assert main(["data", trace, "--format", "safetensors", "--out", f"{folder}/data"]) == 0
assert main(["script", trace, "--out", f"{folder}/net.py"]) == 0
assert main(["diagnose", *net, "--output", f"{folder}/x.csv"]) == 1
"""
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, cwd=ROOT)
