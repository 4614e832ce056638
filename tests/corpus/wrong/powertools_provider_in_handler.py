# needs: aws
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.parameters import SSMProvider

def handler(event, context):
    provider = SSMProvider()  # <- recreated x8
    return provider.get("/tax") + parameters.get_parameter("/tax", force_fetch=True)  # <- refetched x8
