"""When a mistake shows and when it hides: the same net under other conditions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor

from rnnviz.diagnosis.mistake import Mistake
from rnnviz.diagnosis.numbers import apart, arrays
from rnnviz.engine.varied import RIGHT, Case, run_varied

# What four digits after the point can show.
SEEN = 5e-5

_LONG = 50


class Shown(NamedTuple):
    """What a mistake does under one condition.

    Attributes:
        condition: in words.
        differences: max |difference| to torch's results by their names, infinite where a shape
            differs; None where the mistake cannot be made there.
    """

    condition: str
    differences: dict[str, float] | None

    @property
    def hides(self) -> bool:
        """Whether results with four digits would look right."""
        return self.differences is not None and max(self.differences.values()) <= SEEN


def cost(case: Case, mistake: Mistake) -> dict[str, float]:
    """max |difference| to torch's results by their names, infinite where a shape differs."""
    right, wrong = (arrays(run_varied(case, c).returned) for c in (RIGHT, mistake.changes))
    return {
        name: float("inf")
        if wrong[name].shape != array.shape
        else float(apart(wrong[name], array).max(initial=0.0))
        for name, array in right.items()
    }


def conditions(case: Case, mistake: Mistake) -> tuple[Shown, ...]:
    """What the mistake does to this net as it is, and under conditions that hide many."""
    found = []
    for words, change in _CONDITIONS.items():
        changed = change(case)
        if changed is None:
            continue
        applies = mistake.applies(changed)
        found.append(Shown(words, cost(changed, mistake) if applies else None))
    return tuple(found)


def _zero_states(case: Case) -> Case | None:
    if not case.states_given:
        return None
    c_0 = None if case.c_0 is None else torch.zeros_like(case.c_0)
    return case._replace(h_0=torch.zeros_like(case.h_0), c_0=c_0)


def _random_states(case: Case) -> Case | None:
    if case.states_given:
        return None
    c_0 = None if case.c_0 is None else _drawn(case.c_0.shape, case.c_0)
    return case._replace(h_0=_drawn(case.h_0.shape, case.h_0), c_0=c_0, states_given=True)


def _no_biases(case: Case) -> Case | None:
    if not case.config.bias:
        return None
    cells = tuple(
        {name: w * 0.0 if name.startswith("bias") else w for name, w in cell.items()}
        for cell in case.weights
    )
    return case._replace(weights=cells)


def _one_step(case: Case) -> Case | None:
    return None if case.lengths is not None else case._replace(x=case.x[:1])


def _many_steps(case: Case) -> Case | None:
    if case.lengths is not None or len(case.x) >= _LONG:
        return None
    more = _drawn((_LONG - len(case.x), *case.x.shape[1:]), case.x)
    return case._replace(x=torch.cat([case.x, more]))


def _one_sample(case: Case) -> Case | None:
    if case.x.shape[1] == 1 or case.lengths is not None:
        return None
    c_0 = None if case.c_0 is None else case.c_0[:, :1]
    return case._replace(x=case.x[:, :1], h_0=case.h_0[:, :1], c_0=c_0)


def _one_layer(case: Case) -> Case | None:
    if case.config.num_layers == 1:
        return None
    rows = case.config.num_directions
    return case._replace(
        config=replace(case.config, num_layers=1, dropout=0.0),
        weights=case.weights[:rows],
        activations=case.activations[:rows],
        h_0=case.h_0[:rows],
        c_0=None if case.c_0 is None else case.c_0[:rows],
    )


def _drawn(shape: tuple[int, ...], like: Tensor) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(shape, generator=generator, dtype=torch.float64).to(like)


_CONDITIONS: dict[str, Callable[[Case], Case | None]] = {
    "this net and input": lambda case: case,
    "initial states zero": _zero_states,
    "initial states random": _random_states,
    "all biases zero": _no_biases,
    "one timestep": _one_step,
    f"{_LONG} timesteps": _many_steps,
    "one sample": _one_sample,
    "its first layer alone": _one_layer,
}
