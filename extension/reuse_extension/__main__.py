"""Starts the extension."""

import sys

from reuse_extension.main import main

sys.exit(main())
