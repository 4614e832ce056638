"""s3transfer: what `download_file` and `download_fileobj` of boto3's clients and resources read.

Tested with s3transfer 0.10 to 0.19. A download runs in threads of its own, so the user's line is
noted where the download is asked for and counted where it is done: as an object that was read.
"""

import sys
import time

from . import builds, sites, spy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any

NAME = "s3_transfers"
_downloads = builds.Owners()
"""Coordinator of a transfer -> (the user's line, the transfer's meta, when it began)."""
_etags = builds.Owners()
"""A transfer's meta -> its ETag, in versions where it does not have it."""


def observe(module: "ModuleType") -> None:
    """Place the spies."""
    spy.version_of(module, 0)
    futures = sys.modules["s3transfer.futures"]
    spy.place(futures.TransferFuture, "__init__", _begins, NAME)
    spy.place(futures.TransferCoordinator, "_run_done_callbacks", _ends, NAME)
    if not hasattr(futures.TransferMeta, "etag"):
        spy.place(futures.TransferMeta, "provide_transfer_size", _is_sized, NAME)


def _begins(_future: "Any", frame: "FrameType") -> None:
    parts = frame.f_locals.get("components")
    caller = frame.f_back.f_back if frame.f_back is not None else None
    if not parts or caller is None or caller.f_code.co_name != "download":
        return
    site = sites.find(caller)
    if site is not None:
        region = caller.f_locals["self"].client.meta.region_name
        noted = (site, parts["meta"], region, time.perf_counter_ns())
        _downloads.put(parts["coordinator"], noted)


def _is_sized(meta: "Any", frame: "FrameType") -> None:
    response = frame.f_locals.get("response")
    if response:
        _etags.put(meta, response.get("ETag"))


def _ends(coordinator: "Any", frame: "FrameType") -> None:
    noted = _downloads.of(coordinator)
    if noted is None or frame.f_code.co_name != "announce_done" or coordinator.status != "success":
        return
    site, meta, region, start_ns = noted
    etag = _etags.of(meta) or getattr(meta, "etag", None)
    line = builds.line("s3.object", "S3 object", site) if etag else None
    if line is not None:
        asked = meta.call_args
        key = builds.digest(region, repr((asked.bucket, asked.key, asked.extra_args)), etag)
        line.fetched(key, (time.perf_counter_ns() - start_ns) // 1000)
