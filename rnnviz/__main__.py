"""`python -m rnnviz`: the command line."""

import sys

from rnnviz.cli.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
