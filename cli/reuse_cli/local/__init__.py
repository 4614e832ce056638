"""The sandbox on the command line: run a function here, with the extension beside it."""
