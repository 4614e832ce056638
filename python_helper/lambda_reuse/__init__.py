"""Counts what a Lambda function reuses of its container, and helps it to reuse more.

    from lambda_reuse import resource, phase, container

    @resource                       # built once, handed out from then on
    def orders():
        return boto3.resource("dynamodb").Table("orders")

The map of the room: `resource` is the decorator, `options` what it can be told, `cell` one value
and its life, `tally` a resource's counters, `page` the file they are in and `page_format` its
layout; `phase` names a stretch of the init, `container` tells which container this is, and
`invocations` learns from the runtime when an invocation begins.
"""

from .container import container
from .phase import phase
from .resource import resource

__all__ = ["container", "phase", "resource"]
