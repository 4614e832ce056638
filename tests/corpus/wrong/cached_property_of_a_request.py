# needs: aws
from functools import cached_property
import boto3

class Request:
    def __init__(self, event):
        self.event = event
    @cached_property
    def ssm(self):
        return boto3.client("ssm")  # <- recreated
    @cached_property
    def tax(self):
        return self.ssm.get_parameter(Name="/tax")["Parameter"]["Value"]  # <- refetched

def handler(event, context):
    return Request(event).tax
