import boto3

class Handler:
    def __call__(self, event, context):
        return boto3.client("sns").meta.region_name  # <- recreated

handler = Handler()
