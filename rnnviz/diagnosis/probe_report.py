"""What probing an implementation found, as a list of checks and as a text."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Literal

from torch import Tensor, nn

from rnnviz.diagnosis.report import Diagnosis

Verdict = Literal["passed", "failed", "not tried"]

# Mistakes of the catalogue that results alone cannot show, by the check that is there for them.
LOOKS_FOR = {
    "same when called twice": ("P4-dropout-in-eval",),
    "float64 precision": ("F1-float32-inside",),
    "gradients arrive": ("R1-detach-each-step",),
    "gradients equal": ("R1-detach-each-step",),
    "dropout in training": ("P1-dropout-after-last", "P2-dropout-none", "P3-dropout-before-first"),
}

# Of a line of the text: terminals and chats break longer ones anywhere.
_COLUMNS = 100


@dataclass(frozen=True, kw_only=True, eq=False)
class Probe:
    """One call whose result is wrong, to be handed to a search for the mistake.

    Attributes:
        label: the sizes in words.
        input: what fn was given, laid out as the module's batch_first has it.
        hx: what fn was given: h_0, or (h_0, c_0) of an LSTM.
        output: what fn gave.
        h_n: what fn gave, None if nothing.
        c_n: what fn gave, None if nothing.
    """

    label: str
    input: Tensor
    hx: Tensor | tuple[Tensor, ...]
    output: Tensor
    h_n: Tensor | None
    c_n: Tensor | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Check:
    """One thing that was tried.

    Attributes:
        name: what was tried.
        verdict: how it ended.
        sentence: what was expected and what came, or why it was not tried.
        probe: where the numbers or shapes are wrong, the call that gave them.
    """

    name: str
    verdict: Verdict
    sentence: str
    probe: Probe | None = None

    @property
    def looks_for(self) -> tuple[str, ...]:
        """The mistakes of the catalogue that this check is there for."""
        return LOOKS_FOR.get(self.name, ())


@dataclass(frozen=True, kw_only=True, eq=False)
class ProbeReport:
    """What `diagnose_callable` found.

    Attributes:
        checks: in the order in which they were tried.
        module: the net that the probes belong to: torch's, with the weights of the module given
            and biases of its own.
        warnings: what the implementation warned of, each once.
        diagnosis: of the first call whose numbers or shapes are wrong, which mistake gives them;
            None where none is wrong.
    """

    checks: tuple[Check, ...]
    module: nn.Module
    warnings: tuple[str, ...]
    diagnosis: Diagnosis | None = None

    @property
    def passed(self) -> bool:
        """Whether no check failed."""
        return not self.failed

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple(check for check in self.checks if check.verdict == "failed")

    @property
    def report(self) -> str:
        """All checks as plain text in three columns, then a line that counts them."""
        verdicts = [check.verdict for check in self.checks]
        name_width = max(len(check.name) for check in self.checks)
        start = len("not tried") + name_width + 4
        lines = []
        for check in self.checks:
            head = f"{check.verdict:<9}  {check.name:<{name_width}}  "
            sentence = check.sentence
            if check.verdict == "failed" and check.looks_for:
                sentence += f" This check is there for {', '.join(check.looks_for)}."
            lines += textwrap.wrap(
                sentence,
                _COLUMNS,
                initial_indent=head,
                subsequent_indent=" " * start,
                break_on_hyphens=False,
            )
        lines += [f"warned: {message}" for message in self.warnings]
        counts = (f"{verdicts.count(v)} {v}" for v in ("passed", "failed", "not tried"))
        lines.append(", ".join(counts) + ".")
        return "\n".join(lines if self.diagnosis is None else [*lines, "", str(self.diagnosis)])
