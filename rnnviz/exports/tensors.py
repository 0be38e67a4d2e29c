"""A trace as safetensors, which other tools map into memory without running anything."""

from __future__ import annotations

import numpy as np

from rnnviz.exports.npz import arrays_of, texts_of
from rnnviz.records import Trace


def trace_safetensors(trace: Trace) -> bytes:
    """Every array of the record as safetensors, under the names of `rnnviz.trace_npz`.

    The file's metadata holds `config` and `clamps` as JSON and `README`, which explains the
    names. The weights stand under torch's own, so that `rnnviz.load` finds the net. bfloat16 is
    stored as float32.
    """
    # Here, as tracing and the .npz do without the package.
    from safetensors.numpy import save

    trace = trace.numpy()
    # The format is that of memory in C's order; views such as those of batch_first are not.
    arrays = {name: np.asarray(array, order="C") for name, array in arrays_of(trace).items()}
    return save(arrays, metadata=texts_of(trace))
