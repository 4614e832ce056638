"""AWS's runtime client: where invocations begin and end, for all observers."""

from lambda_reuse import invocation, outcomes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType


def observe(_module: "ModuleType") -> None:
    """Follow the invocations."""
    invocation.attach()
    outcomes.listen()
