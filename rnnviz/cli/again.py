"""The net of a trace made once more: what torch.nn says of it, and its wrong order."""

from __future__ import annotations

from typing import NamedTuple

from rnnviz.cli.errors import DIFFERS, DONE, WRONG_USAGE, CommandError
from rnnviz.engine.again import call_again
from rnnviz.engine.checks import Module
from rnnviz.engine.compare import compare
from rnnviz.engine.mistakes import time_first
from rnnviz.files.nets import module_of
from rnnviz.records import Comparison, Trace


class Again(NamedTuple):
    """What a trace's net gives once more, on the host.

    Attributes:
        comparison: of the trace with torch.nn; None where the file cannot say what it computes.
        wrong: the run in the wrong order, where it was asked for.
        said: how the comparison went, in a line.
    """

    comparison: Comparison | None
    wrong: Trace | None
    said: str

    @property
    def code(self) -> int:
        """The exit code of a command that has done everything else."""
        return DONE if self.comparison is None or self.comparison.equal else DIFFERS


def run_again(trace: Trace, name: str, *, wrong: str = "") -> Again:
    """Run the net of a trace on its input once more.

    Args:
        trace: the run.
        name: of its file.
        wrong: the option that asks for the wrong order; empty if none does.

    Raises:
        CommandError: it has no wrong order, and one is asked for.
    """
    if wrong:
        _check_has_wrong_order(trace, name, wrong)
    try:
        module = module_of(trace)
    except ValueError as error:
        if wrong:
            raise CommandError(WRONG_USAGE, f"{wrong}: {error}") from error
        return Again(None, None, f"not held against torch.nn: {error}")
    comparison = compare(trace, module).numpy()
    verdict = "equal" if comparison.equal else f"NOT equal, first at {comparison.first}"
    said = f"max |difference| to torch.nn: {comparison.max_difference:.3g}, {verdict}"
    return Again(comparison, _wrong(trace, module) if wrong else None, said)


def _check_has_wrong_order(trace: Trace, name: str, option: str) -> None:
    reasons = {
        "has one direction, whose order is right": not trace.config.bidirectional,
        "has samples of different lengths": trace.is_packed,
        "has something held": bool(trace.clamps),
        "was made with dropout": any(cell.dropout_mask is not None for cell in trace.cells),
    }
    for reason, holds in reasons.items():
        if holds:
            raise CommandError(WRONG_USAGE, f"{option} cannot be shown: {name} {reason}.")


def _wrong(trace: Trace, module: Module) -> Trace:
    return time_first(module, *call_again(trace, next(module.parameters()))).numpy()
