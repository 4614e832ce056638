# needs: aws
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities import parameters

logger = Logger(service="orders")

@logger.inject_lambda_context
def with_context(event, context):
    return parameters.get_parameter("/tax", max_age=60)

def handler(event, context):
    return parameters.get_parameter("/tax", max_age=60)
