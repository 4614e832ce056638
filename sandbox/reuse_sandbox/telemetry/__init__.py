"""What subscribers are told of a container, and how it reaches them."""
