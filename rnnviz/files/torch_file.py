"""Checkpoints that torch.save wrote: weights by name out of whatever they are nested in."""

from __future__ import annotations

import sys
from _compat_pickle import IMPORT_MAPPING
from typing import NamedTuple

import torch

from rnnviz.files.budget import kept_tensors
from rnnviz.files.contents import Contents, Hints
from rnnviz.files.errors import ModelFileError
from rnnviz.files.vocabularies import vocabulary_in
from rnnviz.inputs.checks import excerpt

# Entries of dicts and lists looked at: a net of 100 layers with its optimiser has about 10,000.
MAX_ENTRIES = 200_000

# Dicts within dicts: a module in a module in ... of real nets has under 20.
MAX_DEPTH = 64

# Vocabularies kept of one file: of characters and of words, in both directions.
MAX_VOCABULARIES = 8

# Modules of Python's library whose classes stand in harmless checkpoints: paths, dates, options.
_HARMLESS = {"argparse", "collections", "datetime", "functools", "pathlib", "types", "typing"}

# Functions of torch, such as an attribute that is torch.tanh, are pickled with the first of these.
_HARMLESS_BUILTINS = {f"builtins.{name}" for name in ("getattr", "object", "slice", "frozenset")}

# Where a torch.nn.Module keeps what it is made of; these are no part of a parameter's name.
_MODULE_FIELDS = ("_parameters", "_buffers", "_modules")


class Inert:
    """What every class of a checkpoint is read as: it keeps attributes and does nothing."""

    def __new__(cls, *_args: object) -> Inert:
        """One without anything, whatever it is made of."""
        return super().__new__(cls)

    def __init__(self, *_args: object) -> None:
        pass


class _Found(NamedTuple):
    """What a checkpoint holds, by dotted names: tensors, modules' options, lists of tokens."""

    tensors: dict[str, object]
    hints: dict[str, Hints]
    vocabularies: dict[str, tuple[str, ...]]


class _Entry(NamedTuple):
    """A value on the way down, its path, and the containers it stands in, by identity."""

    value: object
    path: tuple[str, ...]
    within: tuple[int, ...]


def read_torch(path: str, max_bytes: int) -> Contents:
    """The weights of a state_dict, a checkpoint around one, or a whole pickled module.

    The reader is torch's own with `weights_only`, which imports nothing and calls only what makes
    tensors. Classes that a whole module needs become `Inert`.

    Raises:
        ModelFileError: it holds code or is too large.
    """
    foreign = torch.serialization.get_unsafe_globals_in_checkpoint(path)
    for name in foreign:
        if _is_code(name):
            raise ModelFileError(
                f"it holds code ({excerpt(name)}), which is never run here; save the weights: "
                "torch.save(model.state_dict(), path)."
            )
    with torch.serialization.safe_globals([(Inert, name) for name in foreign]):
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    found = _walk(loaded)
    tensors = kept_tensors(found.tensors, max_bytes)
    return Contents("torch", tensors, found.hints, found.vocabularies)


def _is_code(name: str) -> bool:
    """Whether a name of a pickle is one of Python's own that a checkpoint has no use for."""
    module = name.rpartition(".")[0]
    # Pickles of this version spell some modules as Python 2 did: `commands` for subprocess.
    top = IMPORT_MAPPING.get(module, module).partition(".")[0]
    known = top in _HARMLESS or name in _HARMLESS_BUILTINS
    return top in sys.stdlib_module_names and not known


def _walk(loaded: object) -> _Found:
    """Every tensor and vocabulary under its dotted name, and what modules say of themselves."""
    found = _Found({}, {}, {})
    waiting, seen = [_Entry(loaded, (), ())], 0
    while waiting:
        value, path, within = waiting.pop()
        seen += 1
        if seen > MAX_ENTRIES:
            raise ModelFileError(f"it must hold at most {MAX_ENTRIES:,} entries.")
        if isinstance(value, torch.Tensor):
            _add(found.tensors, ".".join(path), value)
            continue
        tokens = vocabulary_in(path[-1], value) if path else None
        if tokens is not None:
            if len(found.vocabularies) < MAX_VOCABULARIES:
                found.vocabularies[".".join(path)] = tokens
        # A module may hold its parent; what stands within itself is not entered again.
        elif id(value) not in within and len(within) < MAX_DEPTH:
            if isinstance(value, Inert):
                found.hints[".".join(path)] = Hints.of(vars(value))
            inside = (*within, id(value))
            children = [_Entry(child, (*path, *name), inside) for name, child in _children(value)]
            waiting += reversed(children)
    return found


def _children(value: object) -> list[tuple[tuple[str, ...], object]]:
    """What a container holds, with the part of the name that it adds."""
    if isinstance(value, Inert):
        # Of a module only what it is made of, else whatever it has.
        fields = vars(value)
        made_of = {name: fields[name] for name in _MODULE_FIELDS if name in fields}
        return [((), child) for child in made_of.values()] or _children(fields)
    if isinstance(value, dict):
        return [((str(key),), child) for key, child in value.items()]
    if isinstance(value, list | tuple):
        return [((str(index),), child) for index, child in enumerate(value)]
    return []


def _add(named: dict[str, object], name: str, tensor: torch.Tensor) -> None:
    if named.setdefault(name, tensor) is not tensor:
        raise ModelFileError(f"it holds the name {excerpt(name)} twice.")
