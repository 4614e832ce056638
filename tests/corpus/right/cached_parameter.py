# needs: aws
import time

import boto3

ssm = boto3.client("ssm")
known = {}

def tax():
    if "tax" not in known or time.time() - known["read"] > 300:
        known["tax"] = ssm.get_parameter(Name="/tax")["Parameter"]["Value"]
        known["read"] = time.time()
    return known["tax"]

def handler(event, context):
    return tax()
