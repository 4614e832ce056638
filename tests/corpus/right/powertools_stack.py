# needs: aws
import os
os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "orders")
os.environ["POWERTOOLS_TRACE_DISABLED"] = "1"
os.environ["POWERTOOLS_METRICS_NAMESPACE"] = "x"
import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.event_handler import APIGatewayRestResolver

logger = Logger(level="CRITICAL")
metrics = Metrics()
app = APIGatewayRestResolver()
bucket = boto3.resource("s3").Bucket("prices")

@app.get("/tax")
def tax():
    return {"tax": parameters.get_parameter("/tax", max_age=60), "t": len(list(bucket.objects.all())), "s": parameters.get_secret("token", max_age=60)[:2]}

def handler(event, context):
    answer = app.resolve({"path": "/tax", "httpMethod": "GET", "requestContext": {}, "headers": {}, "multiValueHeaders": {}, "queryStringParameters": None, "body": None, "isBase64Encoded": False}, context)
    return answer["statusCode"]
