"""The command line: `python -m rnnviz`."""
