"""Stacks that torch has not: cells of different kinds and sizes, with other activations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from rnnviz.config import PLACES, Kind, RNNConfig, StackConfig
from rnnviz.engine.activations import Given, checked, function_of, name_of

Cell: TypeAlias = nn.RNNCell | nn.LSTMCell | nn.GRUCell
Activations: TypeAlias = Mapping[str, Given] | None

# One entry per cell: layer 0 forward, layer 0 reverse, layer 1 forward, ...; None without c.
Finals: TypeAlias = tuple[Tensor | None, ...]
StackStates: TypeAlias = Finals | tuple[Finals, Finals] | None

CELL_KINDS: dict[type[nn.Module], Kind] = {
    nn.RNNCell: "RNN",
    nn.LSTMCell: "LSTM",
    nn.GRUCell: "GRU",
}


class CellStack(nn.Module):
    """Layers of cells, each read by the next, in one direction or in both.

    What a layer hands on at t is read by the next one at t; with `reverse`, both cells of a layer
    read the states of both below, forward | reverse, as in torch's bidirectional nets. Unlike
    there, layers may differ in kind and hidden size, and their activations may be others.

    Args:
        cells: an nn.RNNCell, LSTMCell or GRUCell for each layer; they are not copied.
        reverse: as many for the other direction, of the same kinds and sizes.
        batch_first: whether input and output are (batch, seq_len, ...).
        activations: those that are not torch's, by their place: "h" of an RNN; "i", "f", "g", "o"
            and "c", applied to the cell state, of an LSTM; "r", "z", "n" of a GRU. One mapping for
            all layers, or one (or None) for each. A value is a name, such as "hardtanh",
            "hardsigmoid", "softsign" or "identity" (see `rnnviz.config.Activation`), or a function
            of a tensor.

    Raises:
        TypeError: a cell is none of torch's, or an activation neither name nor function.
        ValueError: there are no cells, one stands twice, they do not fit onto each other, or an
            activation or its place is not known.
    """

    def __init__(
        self,
        cells: Sequence[Cell],
        reverse: Sequence[Cell] | None = None,
        *,
        batch_first: bool = False,
        activations: Activations | Sequence[Activations] = None,
    ) -> None:
        super().__init__()
        _check_cells(cells, reverse)
        self.cells = nn.ModuleList(cells)
        self.reverse = None if reverse is None else nn.ModuleList(reverse)
        self.batch_first = batch_first
        per_layer = [activations] * len(cells)
        if not (activations is None or isinstance(activations, Mapping)):
            per_layer = list(activations)
        if len(per_layer) != len(cells):
            raise ValueError(
                f"activations must be one mapping, or one for each of {len(cells)} layers; "
                f"got {len(per_layer)}."
            )
        shared = isinstance(activations, Mapping)
        if shared:
            known = {place for cell in cells for place in PLACES[kind_of(cell)]}
            _check_places(activations, known, "any layer")
        self.activations = tuple(
            _activations_of(cell, given or {}, f"layer {layer}", shared=shared)
            for layer, (cell, given) in enumerate(zip(cells, per_layer, strict=True))
        )
        # Says what does not fit.
        _ = self.config

    @property
    def config(self) -> StackConfig:
        """Sizes and options, with the dtype that the weights have now."""
        layers = []
        for cell, given in zip(self.cells, self.activations, strict=True):
            usual = usual_activations(cell)
            layers.append(
                RNNConfig(
                    kind=kind_of(cell),
                    input_size=cell.input_size,
                    hidden_size=cell.hidden_size,
                    nonlinearity=getattr(cell, "nonlinearity", "tanh"),
                    bias=cell.bias,
                    batch_first=self.batch_first,
                    bidirectional=self.reverse is not None,
                    dtype=str(cell.weight_ih.dtype).removeprefix("torch."),
                    activations=() if given == usual else tuple(map(name_of, given)),
                )
            )
        return StackConfig(layers=tuple(layers))

    def lanes(self) -> Iterator[tuple[int, Cell, tuple[Given, ...]]]:
        """The layer, the cell and its activations, in the order of computing."""
        for layer, given in enumerate(self.activations):
            yield layer, self.cells[layer], given
            if self.reverse is not None:
                yield layer, self.reverse[layer], given

    def forward(
        self, input: Tensor | PackedSequence, hx: StackStates = None
    ) -> tuple[Tensor | PackedSequence, Finals | tuple[Finals, Finals]]:
        """The whole stack in plain torch, which autograd can follow; nothing given is written to.

        Args:
            input: (seq_len, batch, input_size), (batch, seq_len, input_size) with batch_first,
                (seq_len, input_size), or a PackedSequence, each of whose samples is run by itself.
            hx: h_0, or (h_0, c_0) if any cell is an LSTM: tuples with an entry for each cell,
                (batch, hidden_size), without batch if the input has none; in c_0 None for cells
                without c. Zeros if None.

        Returns:
            output, of the last layer, laid out as the input, and h_n, or (h_n, c_n), in the form
            of hx.

        Raises:
            TypeError, ValueError, RuntimeError: as `rnnviz.trace`.
        """
        # Imported late: what a call is read by must know stacks.
        from rnnviz.engine.call import read_call

        call = read_call(self, self.config, input, hx, self.cells[0].weight_ih)
        states = self._states(call.states, call.batch)
        if call.packed is not None:
            return self._packed(call.packed, call.lengths, states)
        x, finals = self._run(call.x, states)
        if not call.batched:
            return x.squeeze(1), self._returned([[one[0] for one in final] for final in finals])
        return x.transpose(0, 1) if self.batch_first else x, self._returned(finals)

    def _states(self, given: tuple, batch: int) -> list[tuple[Tensor, ...]]:
        """(h_0,) or (h_0, c_0) of every cell, each (batch, hidden_size)."""
        states = []
        for row, (_, cell, _) in enumerate(self.lanes()):
            count = 2 if isinstance(cell, nn.LSTMCell) else 1
            if given:
                states.append(tuple(rows[row] for rows in given[:count]))
            else:
                zeros = cell.weight_ih.new_zeros(batch, cell.hidden_size)
                states.append((zeros,) * count)
        return states

    def _run(
        self, x: Tensor, states: list[tuple[Tensor, ...]]
    ) -> tuple[Tensor, list[tuple[Tensor, ...]]]:
        """The states of the last layer, (seq_len, batch, D * hidden_size), and every last state."""
        finals, halves, below = [], [], 0
        for (layer, cell, given), state in zip(self.lanes(), states, strict=True):
            if layer != below:
                x, halves, below = torch.cat(halves, dim=-1), [], layer
            reverse = len(halves) == 1
            steps = list(x.flip(0) if reverse else x)
            outs = []
            for x_t in steps:
                state = step(cell, given, x_t, state)
                outs.append(state[0])
            halves.append(torch.stack(outs[::-1] if reverse else outs))
            finals.append(state)
        return torch.cat(halves, dim=-1), finals

    def _packed(
        self, packed: PackedSequence, lengths: tuple[int, ...], states: list[tuple[Tensor, ...]]
    ) -> tuple[PackedSequence, Finals | tuple[Finals, Finals]]:
        padded, _ = nn.utils.rnn.pad_packed_sequence(packed)
        runs = [
            self._run(
                padded[:length, sample, None],
                [tuple(one[sample, None] for one in state) for state in states],
            )
            for sample, length in enumerate(lengths)
        ]
        joined = nn.utils.rnn.pad_sequence([x[:, 0] for x, _ in runs])
        order = packed.sorted_indices
        output = pack_padded_sequence(joined, torch.tensor(lengths), enforce_sorted=order is None)
        output = packed._replace(data=output.data)
        finals = [
            tuple(map(torch.cat, zip(*(final[row] for _, final in runs), strict=True)))
            for row in range(len(states))
        ]
        return output, self._returned(finals)

    def _returned(self, finals: Sequence[Sequence[Tensor]]) -> Finals | tuple[Finals, Finals]:
        h_n = tuple(final[0] for final in finals)
        if not self.config.has_c:
            return h_n
        return h_n, tuple(final[1] if len(final) == 2 else None for final in finals)


def step(
    cell: Cell, activations: tuple[Given, ...], x: Tensor, state: tuple[Tensor, ...]
) -> tuple[Tensor, ...]:
    """One update in plain torch: (h,), or (h, c) of an LSTM. x is (batch, input_size)."""
    if activations == usual_activations(cell):
        after = cell(x, state if len(state) == 2 else state[0])
        return after if isinstance(after, tuple) else (after,)
    acts = [function_of(given) for given in activations]
    read = F.linear(x, cell.weight_ih, cell.bias_ih)
    kept = F.linear(state[0], cell.weight_hh, cell.bias_hh)
    if isinstance(cell, nn.RNNCell):
        return (acts[0](read + kept),)
    if isinstance(cell, nn.LSTMCell):
        i, f, g, o = (act(a) for act, a in zip(acts, (read + kept).chunk(4, -1), strict=False))
        c = f * state[1] + i * g
        return o * acts[4](c), c
    (x_r, x_z, x_n), (h_r, h_z, h_n) = read.chunk(3, -1), kept.chunk(3, -1)
    r, z = acts[0](x_r + h_r), acts[1](x_z + h_z)
    return ((1 - z) * acts[2](x_n + r * h_n) + z * state[0],)


def kind_of(cell: Cell) -> Kind:
    """The kind of a cell of torch."""
    return next(kind for base, kind in CELL_KINDS.items() if isinstance(cell, base))


def usual_activations(cell: Cell) -> tuple[str, ...]:
    """What torch applies at each place of the cell."""
    sizes = {"input_size": cell.input_size, "hidden_size": cell.hidden_size}
    nonlinearity = getattr(cell, "nonlinearity", "tanh")
    return RNNConfig(kind=kind_of(cell), nonlinearity=nonlinearity, **sizes).activation_names


def _check_cells(cells: Sequence[Cell], reverse: Sequence[Cell] | None) -> None:
    every = [*cells, *(reverse or ())]
    for cell in every:
        if not isinstance(cell, tuple(CELL_KINDS)):
            raise TypeError(
                f"cells must be torch.nn.RNNCell, LSTMCell or GRUCell, got {type(cell).__name__}."
            )
    if not cells:
        raise ValueError("cells must be at least one, got none.")
    if len({id(cell) for cell in every}) < len(every):
        raise ValueError(
            "a cell must not stand twice in a stack: copy.deepcopy(cell) gives another."
        )
    if reverse is None:
        return
    if len(reverse) != len(cells):
        raise ValueError(
            f"reverse must hold {len(cells)} cells, as cells does; got {len(reverse)}."
        )
    for layer, (one, other) in enumerate(zip(cells, reverse, strict=True)):
        wanted, got = _words(one), _words(other)
        if wanted != got:
            raise ValueError(
                f"both cells of layer {layer} must be alike: forward {wanted}, reverse {got}."
            )


def _words(cell: Cell) -> str:
    kind = f"{type(cell).__name__}({cell.input_size}, {cell.hidden_size}, bias={cell.bias}"
    return kind + (f", {cell.nonlinearity!r})" if isinstance(cell, nn.RNNCell) else ")")


def _activations_of(
    cell: Cell, given: Mapping[str, Given], where: str, *, shared: bool
) -> tuple[Given, ...]:
    """The activation at each place; of a mapping for all layers, those that the cell has."""
    places = PLACES[kind_of(cell)]
    if not shared:
        _check_places(given, set(places), f"{where}, {kind_of(cell)}")
    return tuple(
        checked(given[place], place, cell.weight_ih) if place in given else usual
        for place, usual in zip(places, usual_activations(cell), strict=True)
    )


def _check_places(given: Mapping[str, Given], known: set[str], where: str) -> None:
    for place in given:
        if place not in known:
            raise ValueError(
                f"activations of {where} must be at {', '.join(sorted(known))}; got {place!r}."
            )
