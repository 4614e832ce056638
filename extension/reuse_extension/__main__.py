"""Starts the extension: `python -m reuse_extension`, with the executable's path as argument."""

import sys

from reuse_extension.main import main

sys.exit(main(sys.argv[1:]))
