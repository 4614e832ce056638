"""A handler that is an object: it is built once, and each kind of event has a method."""


class OrderHandler:
    def __init__(self, table):
        self.table = table
        self.calls = 0

    def __call__(self, event, context):
        self.calls += 1
        action = getattr(self, f"on_{event['action']}", None)
        if action is None:
            raise LookupError(f"no action {event['action']}")
        return {"calls": self.calls, "result": action(event), "function": context.function_name}

    def on_put(self, event):
        self.table[event["id"]] = event["value"]
        return len(self.table)

    def on_get(self, event):
        return self.table.get(event["id"])


handler = OrderHandler({})
