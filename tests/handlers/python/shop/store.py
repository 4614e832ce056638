"""Where orders are kept."""


class Store:
    def __init__(self):
        self.orders = []

    def add(self, total):
        self.orders.append(total)
        return len(self.orders)
