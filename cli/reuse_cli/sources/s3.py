"""Records from objects in S3: exports, Firehose and subscription deliveries, streamed."""

from collections.abc import Iterable, Iterator
from typing import Any

from reuse_cli.aws_session import Account, failures
from reuse_cli.errors import UsageError
from reuse_cli.sources.notes import Notes
from reuse_cli.sources.places import Place, of_path
from reuse_cli.sources.reading import UnreadableError, text_of
from reuse_cli.sources.schemes import S3
from reuse_cli.sources.span import Span
from reuse_cli.sources.streamed import Streamed


def source(urls: Iterable[str], account: Account) -> Streamed:
    """A source of all objects whose names begin with one of `s3://BUCKET/PREFIX`."""
    places = [_parts(url) for url in urls]

    def documents(notes: Notes, _span: Span) -> Iterator[tuple[Place, Iterable[bytes]]]:
        client = account.client("s3")
        for bucket, prefix in places:
            for key in _keys(client, bucket, prefix):
                yield of_path(key), _text(client, bucket, key, notes)

    return Streamed(", ".join(urls), documents)


def _parts(url: str) -> tuple[str, str]:
    bucket, _, prefix = url.removeprefix(S3).partition("/")
    if not bucket:
        raise UsageError(f"{url} names no bucket: s3://BUCKET/PREFIX")
    return bucket, prefix


def _keys(client: Any, bucket: str, prefix: str) -> Iterator[str]:
    with failures():
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        for page in pages:
            yield from (item["Key"] for item in page.get("Contents", ()) if item["Size"])


def _text(client: Any, bucket: str, key: str, notes: Notes) -> Iterator[bytes]:
    with failures():
        body = client.get_object(Bucket=bucket, Key=key)["Body"]
        try:
            yield from text_of(body)
            notes.files += 1
        except UnreadableError as error:
            notes.problems.append(f"{S3}{bucket}/{key}: {error}")
