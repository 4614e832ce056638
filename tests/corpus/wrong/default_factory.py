# needs: aws
from dataclasses import dataclass, field
import boto3

@dataclass
class Deps:
    sqs: object = field(default_factory=lambda: boto3.client("sqs"))  # <- recreated

def handler(event, context):
    return Deps().sqs.meta.region_name
