# needs: aws
import boto3

class Singletons:
    def __init__(self, **factories):
        self.factories, self.made = factories, {}

    def get(self, name):
        if name not in self.made:
            self.made[name] = self.factories[name]()
        return self.made[name]

container = Singletons(sns=lambda: boto3.client("sns"))

def handler(event, context):
    return "Topics" in container.get("sns").list_topics()
