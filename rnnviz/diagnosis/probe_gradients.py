"""Whether gradients pass through a user's own implementation, and whether they are torch's."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.func import functional_call

from rnnviz.diagnosis.probe_calls import attempt, sorted_out
from rnnviz.diagnosis.probe_checks import difference, not_tried, tolerance_of
from rnnviz.diagnosis.probe_inputs import Arguments
from rnnviz.diagnosis.probe_report import Check

ARRIVE, EQUAL = "gradients arrive", "gradients equal"


def check_gradients(
    fn: Callable, arguments: Arguments, *, equal: bool
) -> tuple[Check, Check, tuple[str, ...]]:
    """Whether input, states and weights get a gradient, and torch's where `equal` numbers do.

    The loss is a weighted sum of all that fn returns, with the same random weights for torch.

    Returns:
        The two checks, and what was warned of.
    """
    leaves = _leaves(arguments)
    given = {name: leaves[name] for name in arguments.net.state_dict()}
    states = tuple(leaves[name] for name in ("h_0", "c_0") if name in leaves)
    hx = states if len(states) == 2 else states[0]
    has_c = len(states) == 2
    losses: list[Tensor] = []
    names: list[list[str]] = []

    def run() -> tuple[Tensor | None, ...]:
        named = sorted_out(fn(dict(given), leaves["input"], hx), has_c).named()
        names.append([*named])
        losses.append(_loss(named))
        if not losses[0].requires_grad:
            return (None,) * len(leaves)
        return torch.autograd.grad(losses[0], [*leaves.values()], allow_unused=True)

    tried = attempt(run)
    if tried.error:
        sentence = f"expected a gradient for {', '.join(leaves)}; it {tried.error}."
        failed = Check(name=ARRIVE, verdict="failed", sentence=sentence)
        return failed, not_tried(EQUAL, "there are no gradients."), tried.warned
    came = dict(zip(leaves, tried.returned, strict=True))
    right = _right(arguments, names[0])
    own = losses[0].requires_grad and _has_other_leaves(losses[0], [*leaves.values()])
    arrive = _check_arrive(came, [*given] if own else [])
    return arrive, _check_equal(came, right, tolerance_of(arguments), equal), tried.warned


def _leaves(arguments: Arguments) -> dict[str, Tensor]:
    """Copies of all that a gradient may be asked for, by name: input, states, then weights."""
    named = {"input": arguments.input}
    named |= dict(zip(("h_0", "c_0"), arguments.states, strict=False))
    named |= arguments.net.state_dict()
    return {name: value.detach().clone().requires_grad_() for name, value in named.items()}


def _loss(named: dict[str, Tensor]) -> Tensor:
    """A weighted sum that every number of the result takes part in."""
    generator = torch.Generator().manual_seed(0)
    loss = torch.zeros(())
    for tensor in named.values():
        weights = torch.randn(tensor.shape, generator=generator, dtype=torch.float64)
        loss = loss + (weights.to(tensor.device) * tensor).sum()
    return loss


def _right(arguments: Arguments, names: list[str]) -> dict[str, Tensor]:
    """torch's gradients of the same loss, over the tensors of these names, by name."""
    leaves = _leaves(arguments)
    states = tuple(leaves[name] for name in ("h_0", "c_0") if name in leaves)
    hx = states if len(states) == 2 else states[0]
    weights = {name: leaves[name] for name in arguments.net.state_dict()}
    returned = functional_call(arguments.net, weights, (leaves["input"], hx))
    result = sorted_out(returned, len(states) == 2).named()
    loss = _loss({name: result[name] for name in names})
    gradients = torch.autograd.grad(loss, [*leaves.values()])
    return dict(zip(leaves, gradients, strict=True))


def _has_other_leaves(loss: Tensor, leaves: list[Tensor]) -> bool:
    """Whether the graph begins at tensors that were not handed over."""
    seen, waiting = set(), [loss.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        leaf = getattr(node, "variable", None)
        if leaf is not None and not any(leaf is one for one in leaves):
            return True
        waiting += [following for following, _ in node.next_functions]
    return False


def _check_arrive(came: dict[str, Tensor | None], own: list[str]) -> Check:
    """Whether each leaf got a gradient, those of fn's own left out."""
    missing = [name for name, gradient in came.items() if gradient is None and name not in own]
    copies = " (fn has parameters of its own, which get the weights')" if own else ""
    wanted = ", ".join(name for name in came if name in ("input", "h_0", "c_0"))
    wanted += "" if own else " and every weight"
    if missing:
        sentence = f"expected a gradient for {wanted}; none reaches {', '.join(missing)}{copies}."
        return Check(name=ARRIVE, verdict="failed", sentence=sentence)
    return Check(name=ARRIVE, verdict="passed", sentence=f"{wanted} get one{copies}.")


def _check_equal(
    came: dict[str, Tensor | None], right: dict[str, Tensor], tolerance: float, equal: bool
) -> Check:
    """Whether the gradients that arrived are torch's."""
    there = {name: gradient for name, gradient in came.items() if gradient is not None}
    if not equal:
        return not_tried(EQUAL, "the numbers themselves are not torch.nn's.")
    if not there:
        return not_tried(EQUAL, "there are no gradients.")
    if apart := difference(there, right, tolerance):
        return Check(
            name=EQUAL, verdict="failed", sentence=f"expected torch.nn's gradients; {apart}."
        )
    return Check(name=EQUAL, verdict="passed", sentence=f"torch.nn's gradients to {tolerance:.0e}.")
