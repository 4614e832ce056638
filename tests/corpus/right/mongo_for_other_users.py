import pymongo

clients = {}

def handler(event, context):
    user = event["tenant"]
    if user not in clients:
        clients[user] = pymongo.MongoClient(
            "mongodb://127.0.0.1:9", username=user, password="secret", connect=False
        )
    return clients[user]["orders"].name
