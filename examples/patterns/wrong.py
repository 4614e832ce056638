"""What not to do: built in the handler, so nothing is reused; the tables name the line."""

from lambda_reuse import resource


def handler(event, context):
    @resource(name="client in the handler")
    def client():
        return object()

    return {"client": id(client()) > 0}
