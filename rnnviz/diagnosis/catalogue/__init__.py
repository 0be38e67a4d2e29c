"""The catalogue: every known mistake, in the order of its groups."""

from __future__ import annotations

from rnnviz.diagnosis.catalogue.activations import ACTIVATIONS
from rnnviz.diagnosis.catalogue.directions import DIRECTIONS
from rnnviz.diagnosis.catalogue.gru import GRU
from rnnviz.diagnosis.catalogue.lstm import LSTM
from rnnviz.diagnosis.catalogue.padding import PADDING
from rnnviz.diagnosis.catalogue.results import RESULTS
from rnnviz.diagnosis.catalogue.states import STATES
from rnnviz.diagnosis.catalogue.unseen import UNSEEN
from rnnviz.diagnosis.catalogue.weights import WEIGHTS
from rnnviz.diagnosis.mistake import Mistake

CATALOGUE: tuple[Mistake, ...] = (
    *WEIGHTS,
    *ACTIVATIONS,
    *STATES,
    *DIRECTIONS,
    *RESULTS,
    *LSTM,
    *GRU,
    *PADDING,
    *UNSEEN,
)


def mistake(id: str) -> Mistake:
    """The mistake of this name.

    Raises:
        KeyError: the catalogue has none.
    """
    for one in CATALOGUE:
        if one.id == id:
            return one
    raise KeyError(f"the catalogue has no mistake {id!r}.")
