# needs: aws
from aws_secretsmanager_caching import SecretCache, SecretCacheConfig
import boto3
cache = SecretCache(SecretCacheConfig(), boto3.client("secretsmanager"))
def handler(event, context):
    return cache.get_secret_string("token")
