# needs: aws
from aws_secretsmanager_caching import SecretCache
def handler(event, context):
    return SecretCache().get_secret_string("token")  # <- recreated  # <- refetched
