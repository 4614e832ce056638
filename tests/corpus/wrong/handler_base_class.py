# needs: aws
import boto3

class BaseHandler:
    def __init__(self):
        self.session = boto3.Session()  # <- recreated
        self.events = self.session.client("events")  # <- recreated
    def handle(self, event):
        raise NotImplementedError
    @classmethod
    def lambda_handler(cls, event, context):
        return cls().handle(event)

class Orders(BaseHandler):
    def handle(self, event):
        return self.events.meta.region_name

handler = Orders.lambda_handler
