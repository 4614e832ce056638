"""Starts the extension; the argument is the executable that Lambda ran, whose name it registers."""

import sys

from reuse_extension.main import main

sys.exit(main(sys.argv[1:]))
