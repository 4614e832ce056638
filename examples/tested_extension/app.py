"""The function beside which the extension runs in its tests."""


def handler(event, context):
    print(f"order {event['order']}")
    if event.get("fail"):
        raise ValueError("no such order")
    return {"done": event["order"]}
