"""What a linear head makes of a net's output."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True, eq=False)
class HeadOutput:
    """What a linear layer on top of a net gives at every timestep.

    Attributes:
        name: of the layer, as its file has it.
        logits: output[t] times its weights, plus its bias; NaN past a sample's length. Shape
            (seq_len, batch, out_features).
        tokens: what each of the out_features stands for, or None.
    """

    name: str
    logits: np.ndarray
    tokens: tuple[str, ...] | None = None

    def probabilities(self, sample: int) -> np.ndarray:
        """The softmax of one sample's logits, in float64. Shape (seq_len, out_features)."""
        logits = self.logits[:, sample].astype(np.float64)
        parts = np.exp(logits - logits.max(axis=1, keepdims=True))
        return parts / parts.sum(axis=1, keepdims=True)
