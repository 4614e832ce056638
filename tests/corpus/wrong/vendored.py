# needs: http
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "vendor"))

from fetching import fetch
from reading import read

def handler(event, context):
    os.environ.clear()
    os.chdir("/")
    from own.service import client
    return [fetch(URL), read(URL), client()]  # <- reconnected x9

URL = os.environ["URL"]
# --- vendor/fetching/__init__.py
import requests
def fetch(url):
    return requests.get(url).text
# --- vendor/fetching-1.0.dist-info/RECORD
fetching/__init__.py,,
# --- vendor/reading.py
import urllib.request
def read(url):
    return urllib.request.urlopen(url).read().decode()
# --- vendor/reading-1.0.dist-info/top_level.txt
reading
# --- vendor/own/service.py
import boto3
def client():
    return boto3.client("sns", region_name="us-east-1").meta.region_name  # <- recreated
