"""A shop: the handler is in a package whose modules import each other relatively."""
