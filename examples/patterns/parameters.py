"""Parameters and tokens: kept for a time, one a name; a broken store is asked now and then."""

from lambda_reuse import resource

STORE = {"/tax": "19", "/currency": "EUR"}  # Parameter Store, Secrets Manager, ...
asked = []


class StoreDownError(Exception):
    pass


@resource(max_age=300, stale_while_error=True, max_keys=20)
def parameter(name):
    asked.append(name)
    return STORE[name]


@resource(retry_after=60)  # its error is raised again for a minute, without a new attempt
def exchange_rates():
    asked.append("rates")
    raise StoreDownError("no rates today")


def handler(event, context):
    try:
        rates = exchange_rates()
    except StoreDownError:
        rates = None
    return {"tax": int(parameter("/tax")), "currency": parameter("/currency"), "rates": rates,
            "asked": len(asked)}  # fmt: skip
