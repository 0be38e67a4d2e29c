"""What a file from a user is refused with."""

from rnnviz.limits import TooLargeError


class ModelFileError(ValueError):
    """A file that holds no net, or is not safe to read; the message says why in one line."""


class ModelTooLargeError(ModelFileError, TooLargeError):
    """A file of more bytes than are read."""
