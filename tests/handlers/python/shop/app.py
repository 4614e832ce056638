"""Where the shop's requests arrive."""

from . import pricing
from .store import Store

store = Store()


def handler(event, context):
    price = pricing.total(event["items"])
    return {"order": store.add(price), "total": price}
