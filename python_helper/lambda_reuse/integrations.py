"""The container's identity in other libraries' metrics and logs.

Nothing of theirs is imported: what is handed over is known by what it can do.
"""

from .container import container

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    T = TypeVar("T")


def add_container(target: "T") -> "T":
    """Give `target` the container's id, age and invocation number, and return it.

    They become properties of an aws-embedded-metrics logger, metadata of Powertools' Metrics, keys
    of Powertools' Logger: never dimensions, because every value of a dimension is billed as a
    metric of its own. The age and the number change: call it in the handler, once an invocation.

    Raises TypeError for anything else.
    """
    for ability, add in (
        ("set_property", _one_by_one),
        ("add_metadata", _one_by_one),
        ("append_keys", _all_at_once),
    ):
        method = getattr(target, ability, None)
        if callable(method):
            add(method)
            return target
    raise TypeError(
        "add_container takes an aws-embedded-metrics logger or Powertools' Metrics or Logger,"
        f" not a {type(target).__name__}"
    )


def facts() -> "dict[str, Any]":
    """The properties: container_id, container_age_s (seconds) and container_invocation."""
    return {
        "container_id": container.id,
        "container_age_s": round(container.age, 3),
        "container_invocation": container.invocation,
    }


def _one_by_one(add: "Any") -> None:
    for name, value in facts().items():
        add(name, value)


def _all_at_once(add: "Any") -> None:
    add(**facts())
