"""The choice of sample, timestep and labels."""

import pytest

from rnnviz.figures.look import Look, checked, run_words
from tests.figures.conftest import typed_trace


@pytest.mark.parametrize("sample", [-1, 2])
def test_checked_refuses_a_sample_that_is_not_there(trace, sample):
    with pytest.raises(ValueError, match=f"sample must be between 0 and 1, got {sample}"):
        checked(trace, Look(), sample=sample)


@pytest.mark.parametrize("t", [-1, 5])
def test_checked_refuses_a_timestep_that_is_not_there(trace, t):
    with pytest.raises(ValueError, match=f"t must be between 0 and 4, got {t}"):
        checked(trace, Look(), t=t)


def test_checked_refuses_labels_of_another_length(trace):
    with pytest.raises(ValueError, match="one text per timestep, 5 in all, got 2"):
        checked(trace, Look(labels=("a", "b")))


def test_run_words_names_the_sample_only_among_several(trace):
    assert run_words(trace, sample=1, t=3) == " · sample 1 · t = 3"
    assert run_words(typed_trace(batch=1), t=None) == ""
