import boto3

class Notifier:
    def notify(self):
        return boto3.client("sns").meta.region_name  # <- recreated

notifier = Notifier()

def handler(event, context):
    return notifier.notify()
