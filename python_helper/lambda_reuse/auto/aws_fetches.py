"""Values read from AWS: the same one again, by the same line, invocation after invocation.

A parameter, a secret, a configuration, a decrypted text, a role's credentials, an object that has
not changed. A salted hash of what was asked for distinguishes them. Not counted is what a cache
reads when a value is too old: a cache skips invocations, so only a value that the invocation
before had read too is waste, and never one that a library's cache had or a `@resource` asks for.
A cache that is itself made again has nothing yet: what it reads first is read like any other value.
"""

import sys
import time
from _thread import get_ident

from . import builds, sites

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Optional

FETCHES: "dict[str, tuple[str, str, str, tuple[str, ...]]]" = {
    "GetParameter": ("ssm", "ssm.parameter", "SSM parameter", ("Name",)),
    "GetParameters": ("ssm", "ssm.parameter", "SSM parameters", ("Names",)),
    "GetParametersByPath": ("ssm", "ssm.parameter", "SSM parameters", ("Path", "NextToken")),
    "GetSecretValue": (
        *("secretsmanager", "secret", "secret"),
        ("SecretId", "VersionId", "VersionStage"),
    ),
    "BatchGetSecretValue": (
        *("secretsmanager", "secret", "secrets"),
        ("SecretIdList", "Filters", "NextToken"),
    ),
    "GetConfiguration": (
        *("appconfig", "appconfig.configuration", "AppConfig configuration"),
        ("Application", "Environment", "Configuration"),
    ),
    "StartConfigurationSession": (
        *("appconfigdata", "appconfig.configuration", "AppConfig configuration"),
        (
            "ApplicationIdentifier",
            "EnvironmentIdentifier",
            "ConfigurationProfileIdentifier",
        ),
    ),
    "Decrypt": ("kms", "kms.plaintext", "KMS plaintext", ("CiphertextBlob",)),
    "AssumeRole": ("sts", "sts.role", "STS role", ("RoleArn", "ExternalId", "Policy")),
    "GetCallerIdentity": ("sts", "sts.identity", "STS identity", ()),
    "GetQueueUrl": ("sqs", "sqs.queue_url", "SQS queue URL", ("QueueName",)),
    "GetObject": ("s3", "s3.object", "S3 object", ("Bucket", "Key", "Range", "VersionId")),
}
"""Operation -> service, kind, what it is, and the parameters that say which one."""
SERVICES = frozenset(fetch[0] for fetch in FETCHES.values())
CACHES = ("aws_lambda_powertools.utilities.", "aws_secretsmanager_caching", "s3transfer")
"""What lies between the user's line and the call, and counts for itself or caches."""
POWERTOOLS = CACHES[0] + "parameters"
under_way: "dict[int, tuple[Any, str, str, tuple[Any, ...], int]]" = {}
"""Thread -> the value that it reads: the line, kind, what it is, which one, and since when."""


def begin(client: "Any", service: str, frame: "FrameType", made_for: int) -> None:
    """A call of this client begins, in the frame of `_make_api_call`.

    `made_for`: what the client is for: in another account the same name is another value.
    """
    found = frame.f_locals
    if under_way:
        under_way.pop(get_ident(), None)
    fetch = FETCHES.get(found["operation_name"])
    if fetch is None or fetch[0] != service or (_has_caches() and _is_of_a_cache(frame)):
        return
    site = sites.find(frame)
    if site is None:
        return
    _, kind, what, names = fetch
    parameters = found["api_params"]
    asked = (made_for or client.meta.region_name, *map(parameters.get, names))
    under_way[get_ident()] = (site, kind, what, asked, time.perf_counter_ns())


def end(parsed: "dict[str, Any]") -> None:
    """An answer has come; nothing is kept of it but an object's ETag, in a hash."""
    fetch = under_way.get(get_ident())
    if fetch is None or parsed.get("ResponseMetadata", {}).get("HTTPStatusCode", 500) >= 300:
        return
    under_way.pop(get_ident(), None)
    site, kind, what, asked, start_ns = fetch
    line = builds.line(kind, what, site)
    if line is not None:
        took_us = (time.perf_counter_ns() - start_ns) // 1000
        line.fetched(builds.digest(asked, parsed.get("ETag")), took_us)


def _has_caches() -> bool:
    """Whether one of CACHES is loaded: the frames need not be looked at without."""
    modules = sys.modules
    return POWERTOOLS in modules or CACHES[1] in modules or CACHES[2] in modules


def _is_of_a_cache(frame: "Optional[FrameType]") -> bool:
    """Whether a library's cache asked for what it had: the user's code only said when."""
    is_of_cache = False
    while frame is not None and not sites.is_own(frame):
        if str(frame.f_globals.get("__name__", "")).startswith(CACHES):
            if frame.f_locals.get("force_fetch") or _is_new_to_cache(frame.f_locals):
                return False
            is_of_cache = True
        frame = frame.f_back
    return is_of_cache


def _is_new_to_cache(found: "dict[str, Any]") -> bool:
    """Whether the cache never had this: Powertools has a store, cached secrets have results."""
    cache = found.get("self")
    store = getattr(cache, "store", None)
    if "key" in found and isinstance(store, dict):
        return found["key"] not in store
    return getattr(cache, "_result", True) is None
