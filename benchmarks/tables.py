"""The tables of benchmarks/README.md, made from the measured numbers.

`python benchmarks/tables.py` prints all of them from benchmarks/results.json.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks.results import Row, rows

RATIOS_HEAD = """\
| kind | (L, D, T, B, I, H) | threads | torch.nn | **trace** | aim | trace, memory kept \
| torch.nn with a graph | loop of cells | the same with hooks | loop of F.linear | torchlens |
|---|---|---|---|---|---|---|---|---|---|---|---|"""

MEMORY_HEAD = """\
| kind | (L, D, T, B, I, H) | record | **peak / record** |
|---|---|---|---|"""

GROWTH_HEAD = """\
| kind | grows | from, to | trace | **slope** | slope of the last doubling \
| slope of torch.nn |
|---|---|---|---|---|---|---|"""

PARTS = ("once", "input products", "recurrent products", "rest of the steps", "fresh memory")

PARTS_HEAD = f"""\
| kind | (L, D, T, B, I, H) | trace | {" | ".join(PARTS)} |
|---|---|---|{"---|" * len(PARTS)}"""

AXIS_NAMES = {"seq_len": "T", "layers": "L", "hidden_size": "H"}


def ratios_line(row: Row) -> str:
    """One net on so many threads, beside all peers. The aim is one for a single thread."""
    ratios = row["ratios"]
    aim = f"{row['aim']:.2f}" if row["threads"] == 1 else ""
    kept, lens = ratios["kept"], ratios["torchlens"]
    cells = [
        row["kind"],
        _size(row),
        str(row["threads"]),
        _time(row["ms"]),
        f"**{ratios['trace']:.2f}**",
        aim,
        kept if isinstance(kept, str) else f"{kept:.2f}",
        f"{ratios['graph']:.2f}",
        *(f"{ratios[name]:.1f}" for name in ("cells", "hooks", "linear")),
        lens if isinstance(lens, str) else f"{lens:,.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def memory_line(row: Row) -> str:
    """One net: its record and the peak of its run."""
    record = f"{row['record_mib']:,.1f} MiB"
    return f"| {row['kind']} | {_size(row)} | {record} | **{row['peak']:.3f}** |"


def growth_line(row: Row) -> str:
    """One kind of net along one axis."""
    values, times = row["values"], row["trace_ms"]
    return (
        f"| {row['kind']} | {AXIS_NAMES[row['axis']]} | {values[0]}, {values[-1]} "
        f"| {times[0]:.3g} ms, {times[-1]:.3g} ms | **{row['trace_slope']:.2f}** "
        f"| {row['trace_end']:.2f} | {row['torch_slope']:.2f} |"
    )


def parts_line(row: Row) -> str:
    """One net and the shares of its time."""
    shares = [f"{row['parts'][name] / row['all_us']:.0%}" for name in PARTS]
    return f"| {row['kind']} | {_size(row)} | {_time(row['all_us'] / 1e3)} | {' | '.join(shares)} |"


def _time(ms: float) -> str:
    return f"{ms:,.3g} ms" if ms < 1000 else f"{ms / 1000:.2f} s"


def _size(row: Row) -> str:
    return f"({', '.join(str(number) for number in row['size'])})"


def main() -> None:
    """Print all tables."""
    for section, head, line in (
        ("ratios", RATIOS_HEAD, ratios_line),
        ("memory", MEMORY_HEAD, memory_line),
        ("growth", GROWTH_HEAD, growth_line),
        ("parts", PARTS_HEAD, parts_line),
    ):
        print(head, *map(line, rows(section)), "", sep="\n")


if __name__ == "__main__":
    main()
