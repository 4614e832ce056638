"""A client that everybody needs, and one that few invocations do."""

from lambda_reuse import container, resource

# What the real thing would be: boto3.client("dynamodb"), requests.Session(), redis.Redis(...)


class Client:
    def __init__(self, address):
        self.address = address

    def ask(self, question):
        return f"{self.address} answers {question}"


@resource(eager=True)  # built in init, whoever calls first
def database():
    return Client("database")


@resource  # built by the first invocation that needs it
def mailer():
    return Client("mailer")


def handler(event, context):
    answer = database().ask(event["n"])
    if event["n"] % 5 == 0:
        answer = mailer().ask(answer)
    return {"answer": answer, "container": container.id, "invocation": container.invocation}
