"""The measured numbers: kept in one JSON file, from which tables and plots are made."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.sizes import KINDS, SIZES, Size

FILE = Path(__file__).with_name("results.json")

# What tells two rows of a section apart: a row measured again takes the place of the older one.
KEYS = {
    "ratios": ("kind", "size", "threads", "device"),
    "memory": ("kind", "size"),
    "growth": ("kind", "axis"),
    "parts": ("kind", "size"),
}

Row = dict[str, Any]


def rows(section: str) -> list[Row]:
    """The rows of a section: by kind, size and threads."""
    return _read().get(section, [])


def keep(section: str, row: Row) -> None:
    """Write a row, and the versions it was measured with."""
    results = _read()
    kept = {_key(section, old): old for old in results.get(section, [])}
    kept[_key(section, row)] = row | {"torch": version("torch"), "numpy": version("numpy")}
    results[section] = sorted(kept.values(), key=_place)
    FILE.write_text(_as_text(results), "utf-8")


def _key(section: str, row: Row) -> str:
    return json.dumps([row[name] for name in KEYS[section]])


def _place(row: Row) -> tuple[int, int, int]:
    size = SIZES.index(Size(*row["size"])) if "size" in row else 0
    return KINDS.index(row["kind"]), size, row.get("threads", 1)


def _read() -> dict[str, list[Row]]:
    return json.loads(FILE.read_text("utf-8")) if FILE.exists() else {}


def _as_text(results: dict[str, list[Row]]) -> str:
    """JSON with a line for each row, so that a change of one is a change of one line."""
    sections = []
    for section, kept in results.items():
        lines = ",\n".join("    " + json.dumps(row) for row in kept)
        sections.append(f"  {json.dumps(section)}: [\n{lines}\n  ]")
    return "{\n" + ",\n".join(sections) + "\n}\n"
