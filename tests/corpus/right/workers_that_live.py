import queue
import threading

import boto3

tasks, answers = queue.Queue(), queue.Queue()
workers = []
all_of_them = threading.Barrier(3)

def work():
    client = boto3.client("sqs")
    while True:
        tasks.get()
        all_of_them.wait()
        answers.put(client.meta.region_name)

def handler(event, context):
    while len(workers) < 3:
        workers.append(threading.Thread(target=work, daemon=True))
        workers[-1].start()
    for _ in workers:
        tasks.put(1)
    return [answers.get() for _ in workers]
