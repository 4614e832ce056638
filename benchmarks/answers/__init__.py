"""How long the command line takes to answer, and how much memory."""
