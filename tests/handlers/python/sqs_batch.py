"""An SQS consumer that reports which messages of a batch failed, so that only these come again."""

import json


def process(record):
    order = json.loads(record["body"])
    if order["total"] < 0:
        raise ValueError("a negative total")
    print("charged", order["id"])


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            process(record)
        except (ValueError, KeyError) as error:
            print("failed", record["messageId"], error)
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
