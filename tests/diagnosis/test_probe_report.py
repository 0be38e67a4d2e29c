"""The mistake behind a failed check of an implementation, as far as the catalogue knows it."""

import pytest

from rnnviz import diagnose_callable
from tests.diagnosis import implementations as made
from tests.diagnosis.test_probe import net


@pytest.mark.parametrize(
    ("implementation", "id"),
    [
        (made.SliceOfStates, "H6-h0-slice-i"),
        (made.StateOfZeros, "H3-h0-ignored"),
        (made.DirectionsSummed, "D11-sum-directions"),
    ],
)
def test_wrong_numbers_are_diagnosed(implementation, id):
    module = net()
    found = diagnose_callable(implementation(module), module).diagnosis
    assert [match.id for match in found.matches] == [id]
    assert f"- {id}: " in str(found)


@pytest.mark.parametrize(
    ("implementation", "id", "options"),
    [
        (made.DetachedSteps, "R1-detach-each-step", {}),
        (made.Float32Inside, "F1-float32-inside", {}),
        (made.NoDropout, "P2-dropout-none", {"dropout": 0.5}),
        (made.DropoutAfterLast, "P1-dropout-after-last", {"dropout": 0.5}),
        (made.DropoutBeforeFirst, "P3-dropout-before-first", {"dropout": 0.5}),
        (made.DropoutInEval, "P4-dropout-in-eval", {"dropout": 0.5}),
    ],
)
def test_what_results_cannot_show_fails_the_check_that_looks_for_it(implementation, id, options):
    module = net(**options)
    found = diagnose_callable(implementation(module), module)
    assert found.diagnosis is None
    assert id in {name for check in found.failed for name in check.looks_for}
    assert id in found.report
