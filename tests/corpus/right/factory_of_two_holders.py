import boto3

def make():
    return boto3.client("sns")

class Orders:
    def __init__(self):
        self.sns = make()

class Prices:
    def __init__(self):
        self.sns = make()

holders = []

def handler(event, context):
    if not holders:
        holders.extend([Orders(), Prices()])
    return [holder.sns.meta.region_name for holder in holders]
