"""What subscribers are sent, and how it reaches them."""
