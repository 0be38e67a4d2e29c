"""Ready-made settings: systems that people know from texts, and nets that do something visible."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Preset:
    """One entry of the menu.

    Attributes:
        story: what it is, and what was wrong where it comes from.
        settings: what differs from the defaults, under the names of `settings.DEFAULTS`.
    """

    story: str
    settings: dict[str, object] = field(default_factory=dict)


# By title; a link holds the title.
PRESETS: dict[str, Preset] = {
    "hello, the first screen": Preset(
        story="Two layers, both ways, over five letters. h_0 is random, because zeros hide "
        "mistakes about initial states.",
    ),
    "nn.RNN by hand, in four functions": Preset(
        story="One layer or many, one way or both, held against nn.RNN. A tutorial's version of it "
        "starts layer i from rows i and i+1 of h_0, where torch has rows 2i and 2i+1: right for "
        "h_0 = 0, wrong for a random one, as here.",
        settings={
            "input": "random numbers",
            "layers": 3,
            "hidden": 4,
            "inputs": 3,
            "steps": 5,
            "batch": 2,
        },
    ),
    "Shapes of nn.RNN: (8, 5, 100)": Preset(
        story="Sequence first: 8 timesteps, 5 samples, 100 inputs, 10 hidden units. One reads "
        "that nn.RNN works on all timesteps in parallel; it cannot, as h[t] needs h[t-1].",
        settings={
            "input": "random numbers",
            "layers": 1,
            "direction": "forward only",
            "hidden": 10,
            "inputs": 100,
            "steps": 8,
            "batch": 5,
        },
    ),
    "Time first: a common wrong order": Preset(
        story="Two layers, both ways, no bias. People write a class that loops over time first and "
        "then over layers: layer 0 comes out right and every layer above wrong, since the reverse "
        "states below are not there yet. What you see is the right order: layer by layer.",
        settings={
            "input": "random numbers",
            "layers": 2,
            "hidden": 3,
            "inputs": 3,
            "steps": 4,
            "bias": False,
        },
    ),
    "An image, row by row": Preset(
        story="28 rows of 28 pixels, 2 layers of 128 units. Shapes that are often "
        "given wrong: output is (batch, 28, 128), and h_n is (2, batch, 128) also with "
        "batch_first. Trained with too large a learning rate, its loss stays near 2.3, as nearly "
        "all units saturate. Here it is untrained.",
        settings={
            "input": "a drawn 7",
            "layers": 2,
            "direction": "forward only",
            "hidden": 128,
            "batch_first": True,
            "h0": "zeros",
        },
    ),
    "Remembers the first token": Preset(
        story="Built by formula: each unit reads one letter. The first letter decides the signs, "
        "and the weight 3 on the own state holds them against all that follows.",
        settings={"weights": "remembers the first token", "text": "ehllohello", "h0": "zeros"},
    ),
    "Delays by three steps": Preset(
        story="Built by formula: a shift register of relu units. The last block of h[t] is the "
        "letter of three steps ago.",
        settings={"weights": "delays by 3 steps", "text": "abcabbc", "vocab": "abc", "h0": "zeros"},
    ),
    "Counts brackets": Preset(
        story='Built by formula: unit 0 is how deep one is, unit 1 counts "(", unit 2 counts ")".',
        settings={
            "weights": "counts brackets",
            "text": "(a(b)((c)))",
            "vocab": "()",
            "h0": "zeros",
        },
    ),
    "Toggles: parity of ones": Preset(
        story="Built by formula: layer 0 computes p XOR x with two relu units, layer 1 reads it "
        "off. Unit 0 of layer 1 is 1 after an odd number of ones.",
        settings={"weights": "toggles", "text": "0110100111", "vocab": "01", "h0": "zeros"},
    ),
    "Oscillates by itself": Preset(
        story="Built by formula: W_hh turns the state by an eighth of a circle and stretches it, "
        "tanh holds it back. From its random h_0 it turns by itself; the input pushes it a little.",
        settings={
            "weights": "oscillates",
            "input": "sine waves",
            "inputs": 1,
            "steps": 32,
            "h0": "random",
        },
    ),
    "An LSTM, gate by gate": Preset(
        story="Four sums a unit instead of one. Gate i says how much of the candidate g comes in, "
        "f how much of c stays, o how much of tanh(c) is shown as h. c is never squashed on its "
        "way from step to step.",
        settings={
            "kind": "LSTM",
            "layers": 1,
            "direction": "forward only",
            "hidden": 3,
        },
    ),
    "A GRU, gate by gate": Preset(
        story="Three sums a unit and no c. Gate z says how much of the old h stays, r how much of "
        "it the candidate n sees. torch applies r after the product with W_hn, the first paper "
        "before it.",
        settings={
            "kind": "GRU",
            "layers": 1,
            "direction": "forward only",
            "hidden": 3,
        },
    ),
    "Custom LSTM cell and stack": Preset(
        story="A cell of one's own, stacked, run over the input and over its reversed copy. What "
        "goes wrong there: the caller's list of states is overwritten, so that a second call "
        "starts elsewhere; two separate stacks are no bidirectional net, in which layer 1 reads "
        "both directions of layer 0; reversed outputs must be flipped back; padding is read as "
        "input. Its eight weight matrices are the row blocks i, f, g, o of two.",
        settings={
            "kind": "LSTM",
            "input": "random numbers",
            "layers": 2,
            "hidden": 4,
            "inputs": 3,
            "steps": 5,
            "batch": 2,
        },
    ),
    "Padding: lengths 4, 7, 2": Preset(
        story="Three samples in one packed batch. The reverse direction starts at each sample's "
        "own last step, not at the end of the padding, and h_n holds each sample's own last state. "
        "Sample 0 has 4 timesteps.",
        settings={
            "kind": "GRU",
            "text": "padding",
            "vocab": "padnig",
            "layers": 1,
            "hidden": 3,
            "batch": 3,
            "lengths": "4, 7, 2",
        },
    ),
    "An LSTM that counts brackets": Preset(
        story="Built by formula: all gates stay open, so that c adds up what g says, +1 for “(” "
        "and -1 for “)”. c of unit 0 is how deep one is; h = tanh(c) hardly tells 3 from 4.",
        settings={
            "weights": "LSTM counts brackets",
            "text": "(a(b)((c)))",
            "vocab": "()",
            "h0": "zeros",
        },
    ),
    "An LSTM that remembers a flag": Preset(
        story="Built by formula, one unit: “s” opens the input gate and c becomes 1; the forget "
        "gate holds it through all that follows, until “r” closes it.",
        settings={
            "weights": "LSTM remembers a flag",
            "text": "abscabcrabsr",
            "vocab": "srabc",
            "h0": "zeros",
        },
    ),
    "Two cells, 30 and 10 wide": Preset(
        story="100 inputs, a cell of 30 units, and one of 10 that reads it, stepped by hand. This "
        "is not num_layers=2, whose layers have one width; here each layer has its own.",
        settings={
            "kind": "stack",
            "stack": "RNN 30, RNN 10",
            "input": "random numbers",
            "direction": "forward only",
            "inputs": 100,
            "steps": 8,
            "batch": 5,
        },
    ),
    "A piecewise-linear LSTM stack": Preset(
        story="Two layers of LSTM with a hard sigmoid and a hard tanh: straight pieces, as a cheap "
        "chip can compute. The anatomy draws the curve that is used; beyond its corners the slope "
        "is 0, and no gradient comes through.",
        settings={
            "kind": "stack",
            "stack": "LSTM 4, LSTM 4",
            "sigmoid": "hardsigmoid",
            "tanh": "hardtanh",
            "input": "random numbers",
            "inputs": 3,
            "steps": 5,
        },
    ),
}
