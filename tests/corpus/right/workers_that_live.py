import boto3, queue, threading
q, out = queue.Queue(), queue.Queue()
started = False
def work():
    client = boto3.client("sqs")
    while True:
        q.get(); out.put(client.meta.region_name)
def handler(event, context):
    global started
    if not started:
        started = True
        for _ in range(3):
            threading.Thread(target=work, daemon=True).start()
    for _ in range(3): q.put(1)
    return [out.get() for _ in range(3)]
