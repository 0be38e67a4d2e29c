"""The net of a command, and what it is called with."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import NamedTuple, get_args

from torch import Tensor, nn

from rnnviz.cli.errors import WRONG_USAGE, CommandError, blaming
from rnnviz.cli.numbers import Given, read_input, read_states
from rnnviz.config import NetConfig, Nonlinearity, RNNConfig
from rnnviz.engine.checks import config_of
from rnnviz.engine.stack import CellStack
from rnnviz.files import LoadedFile, LoadedNet, load


class Called(NamedTuple):
    """A net and what it is called with."""

    module: nn.RNN | nn.LSTM | nn.GRU | CellStack
    config: NetConfig
    given: Given
    hx: Tensor | tuple[Tensor, Tensor] | None


def add_net(parser: ArgumentParser) -> None:
    """The arguments that name a net and its input."""
    parser.add_argument(
        "model", metavar="MODEL", help="a .pt, .safetensors, .npz, or a trace; read, never run"
    )
    parser.add_argument(
        "input",
        metavar="INPUT",
        help="a .npy, .npz or .csv of numbers: (seq_len, input_size), or (batch, seq_len, "
        "input_size)",
    )
    parser.add_argument("--net", metavar="NAME", help="which net of a file that has several")
    parser.add_argument("--hx", metavar="FILE", help="h_0 as a .npy; zeros if left out")
    parser.add_argument("--cx", metavar="FILE", help="c_0 of an LSTM as a .npy; goes with --hx")
    parser.add_argument(
        "--nonlinearity",
        choices=get_args(Nonlinearity),
        help="of an RNN, where the file does not say",
    )
    parser.add_argument(
        "--batch-first",
        action="store_true",
        default=None,
        help="the net was made with batch_first=True: so is its output",
    )


def read_call(args: Namespace) -> Called:
    """The net, its input and the states it starts from.

    Raises:
        CommandError: a file is refused, or an option does not fit the net.
    """
    # The loader puts the file's name before what it says.
    with blaming(""):
        file = load(args.model)
    net = _named(file, args)
    kind = net.config.kind if isinstance(net.config, RNNConfig) else "CellStack"
    if args.nonlinearity and kind != "RNN":
        raise CommandError(WRONG_USAGE, f"--nonlinearity is of an RNN, the net is of kind {kind}.")
    if (args.hx or args.cx) and kind == "CellStack":
        raise CommandError(WRONG_USAGE, "--hx and --cx are of a net of torch, MODEL is a stack.")
    if (args.cx is not None) != (args.hx is not None and kind == "LSTM"):
        raise CommandError(WRONG_USAGE, f"{_states_of(kind)}.")
    with blaming(args.model):
        module = net.module(nonlinearity=args.nonlinearity, batch_first=args.batch_first)
    config = config_of(module)
    given = read_input(args.input, config)
    hx = None if args.hx is None else read_states(args.hx, config)
    if args.cx is not None:
        hx = (hx, read_states(args.cx, config))
    return Called(module, config, given, hx)


def _states_of(kind: str) -> str:
    if kind == "LSTM":
        return "an LSTM starts from h_0 and c_0: give --hx and --cx, or neither"
    return f"--cx is of an LSTM, the net is of kind {kind}"


def _named(file: LoadedFile, args: Namespace) -> LoadedNet:
    try:
        return file.net(args.net)
    except KeyError as error:
        names = ", ".join(repr(net.name) for net in file.nets)
        got = "none" if args.net is None else repr(args.net)
        raise CommandError(
            WRONG_USAGE, f"--net must be one of {names} of {args.model}; got {got}."
        ) from error
