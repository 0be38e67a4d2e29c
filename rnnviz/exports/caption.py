"""A caption to copy below a picture: what it shows, of which net, and how it was checked."""

from __future__ import annotations

from collections.abc import Sequence

from rnnviz.config import StackConfig
from rnnviz.figures.names import net_name, oracle_name
from rnnviz.figures.theme import COLOR_MAPS
from rnnviz.records import Trace


def caption(
    trace: Trace,
    *,
    what: str,
    seed: int | None,
    apart: float | None,
    versions: Sequence[str],
    colors: str,
) -> str:
    """Plain sentences about a picture of a run.

    Args:
        trace: the run.
        what: what is shown, such as `Hidden states of layer 0, forward`.
        seed: what the weights were drawn from; None if they are somebody's own.
        apart: max |difference| to torch.nn; None where nothing was compared.
        versions: what made it, such as `RNNviz 0.1.0` and `torch 2.13.0`.
        colors: what they mean, as `color_words` has it; empty where no number is coloured.
    """
    weights = "with weights of its own" if seed is None else f"with weights drawn from seed {seed}"
    parts = [
        what.strip().rstrip("."),
        f"{_net_words(trace)}; {_size_words(trace)}; {weights}",
        colors,
        "" if apart is None else f"Max |difference| to {_judge(trace)}: {_short(apart)}",
        f"Made with {_joined(versions)}" if versions else "",
    ]
    return " ".join(f"{part}." for part in parts if part)


def of_sample(what: str, trace: Trace, sample: int) -> str:
    """What is shown, with the sample that it is of where there are several."""
    return f"{what}, sample {sample} of the batch" if trace.batch > 1 else what


def color_words(colors: str, *, signed: bool = True, shaded: bool = True, shares: str = "") -> str:
    """What the colours of a picture say of its numbers.

    Args:
        colors: the picture's key of `COLOR_MAPS`.
        signed: whether it shows numbers of both signs.
        shaded: whether they also say how large those are, and not the sign alone.
        shares: what of it runs from 0 to 1 in colours of its own, such as `gates`; empty is none.

    Raises:
        ValueError: there is no such colour map.
    """
    if colors not in COLOR_MAPS:
        raise ValueError(f"colors must be one of {', '.join(COLOR_MAPS)}, got {colors!r}.")
    parts = [_sign_words(colors, shaded)] if signed else []
    parts += [f"{shares} run from pale, 0, to deep, 1"] if shares else []
    words = "; ".join(parts)
    return words[:1].upper() + words[1:]


def _net_words(trace: Trace) -> str:
    """`2-layer bidirectional tanh RNN`, with what is unusual about it."""
    config = trace.config
    way = "bidirectional" if config.bidirectional else "forward-only"
    words = f"{config.num_layers}-layer {way} {net_name(trace)}"
    words += "" if config.bias else " without bias"
    if config.dropout and any(cell.dropout_mask is not None for cell in trace.cells):
        words += f" in training with dropout {config.dropout:g}"
    return f"{words}, some of it held at given values" if trace.clamps else words


def _size_words(trace: Trace) -> str:
    """Sizes under torch's names."""
    config = trace.config
    sizes = [f"input_size {config.input_size}"]
    if not isinstance(config, StackConfig):
        sizes.append(f"hidden_size {config.hidden_size}")
        sizes += [f"proj_size {config.proj_size}"] if config.proj_size else []
    sizes += [f"seq_len {trace.seq_len}", f"batch {trace.batch}"]
    if trace.lengths is not None:
        sizes.append(f"lengths from {min(trace.lengths)} to {max(trace.lengths)}")
    return ", ".join([*sizes, config.dtype])


def _sign_words(colors: str, shaded: bool) -> str:
    grey = colors == "grey"
    negative, positive = ("pale", "dark") if grey else colors.split("-")
    words = f"{negative} is negative, {positive} is positive"
    if not shaded:
        return words
    return words + ("; a minus marks negative numbers" if grey else ", near white is 0")


def _judge(trace: Trace) -> str:
    """What torch offers to compare with; it has no module in which states are held."""
    return "plain torch" if trace.clamps else oracle_name(trace)


def _short(value: float) -> str:
    """Two digits, without zeros that say nothing: `1.2e-7`."""
    if value == 0:
        return "0"
    mantissa, _, exponent = f"{value:.1e}".partition("e")
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa


def _joined(words: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)
