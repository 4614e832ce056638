# needs: aws
import boto3

class Handler:
    def __init__(self):
        self.sns = boto3.client("sns")

    def __call__(self, event, context):
        return "Topics" in self.sns.list_topics()

handler = Handler()
