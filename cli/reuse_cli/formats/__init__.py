"""How statistics are shown. A format is a function from rows to a text; it prints nothing."""
