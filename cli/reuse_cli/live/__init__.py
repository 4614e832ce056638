"""The live page: containers as they appear, serve, freeze and end, on a page of this machine."""
