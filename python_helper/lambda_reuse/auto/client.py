"""AWS's runtime client: where invocations begin and end, for all observers."""

from lambda_reuse import invocation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType


def observe(_module: "ModuleType") -> None:
    """Follow the invocations."""
    invocation.attach()
    for moment in (invocation.at_error, invocation.at_end):
        if _listen not in moment:
            moment.append(_listen)


def _listen() -> None:
    """Count function errors; what that takes is loaded when the first invocation has its answer."""
    from lambda_reuse import outcomes

    outcomes.listen()
