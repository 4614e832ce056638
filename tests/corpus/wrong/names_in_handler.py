# needs: aws
import boto3

sqs, sts, secrets = boto3.client("sqs"), boto3.client("sts"), boto3.client("secretsmanager")
queues = boto3.resource("sqs")
sqs.create_queue(QueueName="orders")

def handler(event, context):
    url = sqs.get_queue_url(QueueName="orders")["QueueUrl"]  # <- refetched
    queue = queues.get_queue_by_name(QueueName="orders")  # <- refetched
    account = sts.get_caller_identity()["Account"]  # <- refetched
    found = secrets.batch_get_secret_value(SecretIdList=["token"])  # <- refetched
    return [url == queue.url, account, len(found["SecretValues"])]
