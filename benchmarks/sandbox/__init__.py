"""What the sandbox adds to an invocation, beside AWS's own emulator."""
