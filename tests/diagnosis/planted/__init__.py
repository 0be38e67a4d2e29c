"""Every forward mistake of the catalogue, planted in loops that share no code with rnnviz."""

from tests.diagnosis.planted.activations import ACTIVATIONS
from tests.diagnosis.planted.gru import GRUS
from tests.diagnosis.planted.initial import INITIAL
from tests.diagnosis.planted.lstm import LSTMS
from tests.diagnosis.planted.needs import NEEDS
from tests.diagnosis.planted.net import Net
from tests.diagnosis.planted.padding import PADDING
from tests.diagnosis.planted.passes import PASSES
from tests.diagnosis.planted.results import RESULTS
from tests.diagnosis.planted.weights import WEIGHTS

PLANTED: dict[str, type[Net]] = (
    WEIGHTS | ACTIVATIONS | INITIAL | PASSES | RESULTS | LSTMS | GRUS | PADDING
)


def planted(id, module, input, hx=None, lengths=None):
    """What a net with one mistake gives, laid out as torch.nn returns it.

    Args:
        id: the catalogue's id, such as "H6-h0-slice-i".
        module: the torch.nn.RNN, LSTM or GRU whose weights and options are used.
        input: (seq_len, batch, input_size), or (batch, seq_len, input_size) with batch_first.
        hx: h_0, or (h_0, c_0) for an LSTM; None stands for zeros.
        lengths: the length of each sample when the input is padded.

    Returns:
        (output, h_n) or (output, h_n, c_n); some mistakes change a shape.
    """
    return PLANTED[id](module, lengths)(input, hx)


def applies(id, module, *, h_0_given=True, lengths=None):
    """Whether the mistake can run on such a net and give other numbers or shapes."""
    return all(NEEDS[word](module, h_0_given, lengths) for word in PLANTED[id].needs)
