"""What orders cost."""


def total(items):
    return sum(item["price"] * item.get("count", 1) for item in items)
