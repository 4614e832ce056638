"""What the layer adds to an invocation of a real function in the sandbox."""
