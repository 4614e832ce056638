# needs: aws
import time
from datetime import datetime, timedelta
import boto3

class Secret:
    def __init__(self, name, ttl):
        self.name, self.ttl, self._at, self._value = name, timedelta(seconds=ttl), datetime.min, None
        self._client = None
    @property
    def client(self):
        if self._client is None:
            self._client = boto3.client("secretsmanager")
        return self._client
    @property
    def value(self):
        if datetime.now() - self._at > self.ttl:
            self._value = self.client.get_secret_value(SecretId=self.name)["SecretString"]
            self._at = datetime.now()
        return self._value

secret = Secret("token", 60)

def handler(event, context):
    return secret.value
