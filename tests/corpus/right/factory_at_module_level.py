# needs: aws
import boto3

def client(service):
    return boto3.client(service)

clients = [client("sqs"), client("ssm"), client("sns")]

def handler(event, context):
    clients[0].list_queues()
    clients[1].describe_parameters()
    return "Topics" in clients[2].list_topics()
