"""A file fetched once a container, and what was read from it once a process."""

from lambda_reuse import resource, tmp_file


def fetch(path):
    with open(path, "w") as file:  # s3.download_file(bucket, key, path)
        file.write("0.1 0.2 0.3")


@resource
def weights():
    with open(tmp_file("model.txt", fetch=fetch, max_age=3600, max_bytes=100_000_000)) as file:
        return [float(word) for word in file.read().split()]


def handler(event, context):
    return {"sum": round(sum(weights()), 3)}
