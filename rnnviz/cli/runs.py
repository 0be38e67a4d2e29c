"""`trace` and `diagnose`: a net of a file is run on the numbers of a file."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from rnnviz.cli.errors import DIFFERS, DONE, WRONG_USAGE, CommandError, blaming
from rnnviz.cli.files import add_out, check_out, write_out
from rnnviz.cli.nets import add_net, read_call
from rnnviz.cli.numbers import read_result
from rnnviz.config import NetConfig, RNNConfig
from rnnviz.diagnosis.diagnose import diagnose
from rnnviz.engine.compare import compare
from rnnviz.engine.forward import trace
from rnnviz.exports.npz import trace_npz


def add_trace(parser: ArgumentParser) -> None:
    """The arguments of `trace`."""
    add_net(parser)
    add_out(parser, "the .npz to write")


def run_trace(args: Namespace) -> int:
    """Run a net by hand, hold it against torch.nn, and write every number."""
    check_out(args.out, force=args.force)
    module, config, given, hx = read_call(args)
    with blaming(args.input if args.hx is None else f"{args.input}, {args.hx}"):
        run = trace(module, given.x, hx)
    comparison = compare(run, module)
    verdict = "equal" if comparison.equal else f"NOT equal, first at {comparison.first}"
    # Before anything is printed, to a reader that may have gone.
    written = write_out(args.out, trace_npz(run), force=args.force)
    print(_sizes(config))
    print(f"{given.seq_len} timesteps, batch of {given.batch}")
    print(f"max |difference| to torch.nn: {comparison.max_difference:.3g}, {verdict}")
    print(written)
    return DONE if comparison.equal else DIFFERS


def _sizes(config: NetConfig) -> str:
    """The net in torch's words."""
    if not isinstance(config, RNNConfig):
        kinds = ", ".join(f"{layer.kind} {layer.hidden_size}" for layer in config.layers)
        return f"CellStack({kinds}), input_size={config.input_size}"
    names = ["input_size", "hidden_size", "num_layers", "bidirectional"]
    names += ["proj_size"] if config.proj_size else []
    names += ["nonlinearity"] if config.kind == "RNN" else []
    words = ", ".join(f"{name}={getattr(config, name)}" for name in names)
    return f"{config.kind}({words}), {config.dtype}"


def add_diagnose(parser: ArgumentParser) -> None:
    """The arguments of `diagnose`."""
    add_net(parser)
    for name in ("output", "h-n", "c-n"):
        parser.add_argument(
            f"--{name}",
            metavar="FILE",
            help=f"the {name.replace('-', '_')} that your own net gives: a .npy, or a text with "
            "what print shows of it, rounded or shortened",
        )


def run_diagnose(args: Namespace) -> int:
    """Name the mistake that makes exactly somebody's numbers."""
    names = {"output": args.output, "h_n": args.h_n, "c_n": args.c_n}
    files = {name: file for name, file in names.items() if file is not None}
    if not files:
        raise CommandError(WRONG_USAGE, "give --output, --h-n or --c-n: the numbers to explain.")
    module, _, given, hx = read_call(args)
    results = {name: read_result(file) for name, file in files.items()}
    with blaming(", ".join(files.values())):
        diagnosis = diagnose(module, given.x, hx, **results)
    print(diagnosis)
    return DONE if diagnosis.verdict == "equal" else DIFFERS
