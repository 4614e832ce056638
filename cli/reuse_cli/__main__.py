"""`python -m reuse_cli` is `lambda-reuse`."""

from reuse_cli.main import main

main()
