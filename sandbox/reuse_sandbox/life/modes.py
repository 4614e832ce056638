"""Which life a container leads, by the kind of its init; pure."""

from collections.abc import Callable, Sequence

from reuse_sandbox.config import FunctionConfig
from reuse_sandbox.life.managed import ManagedPlatform
from reuse_sandbox.life.platform import Platform
from reuse_sandbox.life.snap_start import SnapStartPlatform


def new_platform(
    function: FunctionConfig,
    extensions: Sequence[str],
    instance_id: str,
    memory_used_mb: Callable[[], int],
    snapshot_id: str = "",
) -> Platform:
    """The platform's side of one container."""
    if function.init_type == "snap-start":
        return SnapStartPlatform(function, extensions, instance_id, memory_used_mb, snapshot_id)
    if function.init_type == "lambda-managed-instances":
        return ManagedPlatform(function, extensions, instance_id, memory_used_mb)
    return Platform(function, extensions, instance_id, memory_used_mb)
