"""Nets out of files from users: read in a process of their own, never run, then recognised."""

from rnnviz.files.load import LoadedFile, load
from rnnviz.files.nets import LoadedNet

__all__ = ["LoadedFile", "LoadedNet", "load"]
