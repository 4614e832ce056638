"""Gives out a link to a receipt; written as such functions often are."""

import boto3


def handler(event, context):
    s3 = boto3.client("s3")
    receipt = {"Bucket": "receipts", "Key": f"{event.get('order_id', 17)}.pdf"}
    return {"url": s3.generate_presigned_url("get_object", Params=receipt, ExpiresIn=300)}
