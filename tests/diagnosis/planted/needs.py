"""What a mistake needs of a net before it can run, or be seen."""

from collections.abc import Callable


def _unsorted(lengths):
    return lengths is not None and list(lengths) != sorted(lengths, reverse=True)


# Each takes the torch module, whether h_0 is given, and the lengths (None: no padding).
NEEDS: dict[str, Callable] = {
    "RNN": lambda m, _h_0, _lengths: m.mode.startswith("RNN"),
    "LSTM": lambda m, _h_0, _lengths: m.mode == "LSTM",
    "GRU": lambda m, _h_0, _lengths: m.mode == "GRU",
    "gates": lambda m, _h_0, _lengths: m.mode in ("LSTM", "GRU"),
    "tanh": lambda m, _h_0, _lengths: m.mode != "RNN_RELU",
    "relu": lambda m, _h_0, _lengths: m.mode == "RNN_RELU",
    "bias": lambda m, _h_0, _lengths: m.bias,
    "batch_first": lambda m, _h_0, _lengths: m.batch_first,
    "both ways": lambda m, _h_0, _lengths: m.bidirectional,
    "2 layers": lambda m, _h_0, _lengths: m.num_layers >= 2,
    "3 layers": lambda m, _h_0, _lengths: m.num_layers >= 3,
    "2 rows": lambda m, _h_0, _lengths: m.num_layers >= 2 or m.bidirectional,
    "x as wide as a layer": lambda m, _h_0, _lengths: (
        m.input_size == m.hidden_size * (1 + m.bidirectional)
    ),
    "a square W_ih": lambda m, _h_0, _lengths: (
        m.input_size == m.hidden_size or (m.num_layers >= 2 and not m.bidirectional)
    ),
    "h_0": lambda _m, h_0, _lengths: h_0,
    "no h_0": lambda _m, h_0, _lengths: not h_0,
    "no lengths": lambda _m, _h_0, lengths: lengths is None,
    "lengths": lambda _m, _h_0, lengths: lengths is not None,
    "both ways or lengths": lambda m, _h_0, lengths: m.bidirectional or lengths is not None,
    "unsorted lengths": lambda _m, _h_0, lengths: _unsorted(lengths),
    "dropout at work": lambda m, _h_0, _lengths: m.training and m.dropout > 0 and m.num_layers >= 2,
}
