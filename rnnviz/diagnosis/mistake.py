"""A known mistake: what is wrong, in words, in code, and as a change of the engine's run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from rnnviz.config import Kind
from rnnviz.engine.varied import Case, Changes

KINDS: tuple[Kind, ...] = ("RNN", "LSTM", "GRU")
GATED: tuple[Kind, ...] = ("LSTM", "GRU")

Group = Literal[
    "Weights",
    "Biases",
    "Activations",
    "Initial states",
    "Directions",
    "Results",
    "Time and batch",
    "LSTM",
    "GRU",
    "Padding",
    "Dropout",
    "Precision and gradients",
]


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """One way to get a recurrent net wrong.

    Attributes:
        id: its name in the catalogue, as `H6-h0-slice-i`; mistakes that are made in two forms
            have one name.
        group: what it is about.
        kinds: the nets it can be made in.
        sentence: what is done instead of what torch does.
        wrong: the line of code, in the style of torch.
        right: the line it should be.
        changes: what becomes of the run; None where output, h_n and c_n cannot show it.
        needs: what must hold of a net and its call for the mistake to be possible at all.
    """

    id: str
    group: Group
    kinds: tuple[Kind, ...] = KINDS
    sentence: str
    wrong: str
    right: str
    changes: Changes | None
    needs: tuple[Callable[[Case], bool], ...] = ()

    @property
    def code(self) -> str:
        """The short form of its name, such as `H6`, or `L1-order-ifog` where there are several."""
        first = self.id.split("-")[0]
        return self.id if first in ("L1", "G1") else first

    def applies(self, case: Case) -> bool:
        """Whether it can be made with this net and this call, and be seen in what is returned."""
        possible = self.changes is not None and case.config.kind in self.kinds
        return possible and all(need(case) for need in self.needs)


def described(
    group: Group,
    id: str,
    sentence: str,
    code: tuple[str, str],
    changes: Changes | None,
    *needs: Callable[[Case], bool],
) -> Mistake:
    """A mistake of any kind of net; `code` is its wrong line and the right one."""
    return Mistake(
        id=id,
        group=group,
        sentence=sentence,
        wrong=code[0],
        right=code[1],
        changes=changes,
        needs=needs,
    )


def both_ways(case: Case) -> bool:
    """Two directions."""
    return case.config.bidirectional


def stacked(case: Case) -> bool:
    """Two layers or more."""
    return case.config.num_layers > 1


def with_bias(case: Case) -> bool:
    """Biases."""
    return case.config.bias


def given(case: Case) -> bool:
    """Initial states from the caller."""
    return case.states_given


def of_one_length(case: Case) -> bool:
    """No padding."""
    return case.lengths is None


def padded(case: Case) -> bool:
    """Sequences of different lengths."""
    return case.lengths is not None


def batched(case: Case) -> bool:
    """An input with a batch axis."""
    return case.batched


def batches(case: Case) -> bool:
    """A batch of two samples or more."""
    return case.x.shape[1] > 1


def batch_first(case: Case) -> bool:
    """The batch on the first axis, as asked for by `batch_first=True`."""
    return case.config.batch_first and case.batched


def time_first(case: Case) -> bool:
    """Time on the first axis, as `batch_first=False` has it."""
    return not case.config.batch_first


def unprojected(case: Case) -> bool:
    """No projection of h."""
    return not case.config.proj_size


def as_wide_as_states(case: Case) -> bool:
    """An input as wide as what a layer hands on."""
    return case.config.input_size == case.config.num_directions * case.config.state_size
