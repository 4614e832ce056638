import boto3

class Container:
    def __init__(self, factories):
        self.factories = factories

    def get(self, name):
        return self.factories[name]()

container = Container({"sns": lambda: boto3.client("sns")})  # <- recreated

def handler(event, context):
    return container.get("sns").meta.region_name
