"""What a file from a user is refused with."""


class ModelFileError(ValueError):
    """A file that holds no net, or is not safe to read; the message says why in one line."""
