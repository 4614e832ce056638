# needs: http
import os
import threading

import requests

def handler(event, context):
    thread = threading.Thread(target=requests.get, args=(os.environ["URL"],))
    thread.start()  # <- reconnected
    thread.join()
