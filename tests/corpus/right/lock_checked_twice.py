# needs: aws
import threading
import boto3
_lock = threading.Lock()
_client = None

def client():
    global _client
    if _client is None:
        with _lock:
            if _client is None:
                _client = boto3.client("sqs")
    return _client

def handler(event, context):
    out = []
    ts = [threading.Thread(target=lambda: out.append(client().meta.region_name)) for _ in range(4)]
    [t.start() for t in ts]; [t.join() for t in ts]
    return out[0]
