"""What a diagnosis says: the verdict, the mistakes that fit, and where the numbers go wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from rnnviz.config import Direction
from rnnviz.diagnosis.mistake import Mistake
from rnnviz.diagnosis.numbers import Known
from rnnviz.engine.varied import Varied

Verdict = Literal["equal", "one mistake", "two mistakes", "ambiguous", "none known"]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One number that is not torch's. All places count from 0.

    Attributes:
        layer, direction, t, unit, sample: where it is.
        got: the wrong number.
        expected: torch's.
        seen_in: "output", "h_n" or "c_n" where it was read off the known numbers; "h" where it
            follows from the mistake that was found.
    """

    layer: int
    direction: Direction
    t: int
    unit: int
    sample: int
    got: float
    expected: float
    seen_in: Literal["output", "h_n", "c_n", "h"]

    def __str__(self) -> str:
        return (
            f"layer {self.layer}, {self.direction}, t = {self.t}, unit {self.unit}, sample "
            f"{self.sample}: {self.got:.6g} where torch has {self.expected:.6g} ({self.seen_in})"
        )


@dataclass(frozen=True, kw_only=True)
class Match:
    """A mistake, or two made at once, that gives the known numbers.

    Attributes:
        mistakes: one or two.
        distance: the largest |difference| to the known numbers.
        runner_up: the id of the nearest mistake that does not fit, "" if there is none.
        runner_up_distance: how far that one is off.
        run: the net run with the mistake; of matches after the first without its cells.
    """

    mistakes: tuple[Mistake, ...]
    distance: float
    runner_up: str
    runner_up_distance: float
    run: Varied

    @property
    def id(self) -> str:
        """The name in the catalogue; of two at once both, joined by " + "."""
        return " + ".join(mistake.id for mistake in self.mistakes)

    @property
    def sentence(self) -> str:
        """What is done instead of what torch does."""
        return " ".join(mistake.sentence for mistake in self.mistakes)

    @property
    def wrong(self) -> str:
        """The line of code, in the style of torch; of two at once one below the other."""
        return "\n".join(mistake.wrong for mistake in self.mistakes)

    @property
    def right(self) -> str:
        """What it should be."""
        return "\n".join(mistake.right for mistake in self.mistakes)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Diagnosis:
    """Why numbers differ from those of torch.nn, or that they do not.

    Attributes:
        verdict: "equal"; "one mistake" and "two mistakes" where exactly that gives the numbers;
            "ambiguous" where several do; "none known" where nothing in the catalogue does.
        matches: what gives the numbers, best first.
        difference: the largest |difference| to torch's numbers, infinite where a shape differs.
        first_difference: the first wrong number in the order of computing; None where there is
            none, or where shapes differ and no mistake was found.
        first_differences: the first wrong one of each direction in the first wrong layer.
        pattern: max |difference| of h over batch and units, NaN where nothing is known; from the
            mistake where one was found, else from the known numbers. Shape
            (num_layers * num_directions, seq_len).
        notes: what would tell those apart that fit, and what else there is to say; sentences.
        hidden: of equal numbers, mistakes that these would not show.
        right: the net run as torch runs it.
        known: the numbers given, by the names of the results.
        limits: how far each may lie from one computed and still count as that one.
        tried: how many runs were tried.
    """

    verdict: Verdict
    matches: tuple[Match, ...]
    difference: float
    first_difference: Difference | None
    first_differences: tuple[Difference, ...]
    pattern: np.ndarray
    notes: tuple[str, ...]
    hidden: tuple[Mistake, ...]
    right: Varied
    known: dict[str, Known]
    limits: dict[str, np.ndarray]
    tried: int

    def __repr__(self) -> str:
        return f"Diagnosis({self.verdict!r}, {[match.id for match in self.matches]})"

    def __str__(self) -> str:
        lines = [f"Verdict: {self.verdict}."]
        for match in self.matches:
            lines += [f"- {match.id}: {match.sentence}"]
            lines += [f"    wrong: {line}" for line in match.wrong.split("\n")]
            lines += [f"    right: {line}" for line in match.right.split("\n")]
        if self.first_difference is not None:
            lines.append(f"First difference: {self.first_difference}.")
        return "\n".join([*lines, *self.notes])
