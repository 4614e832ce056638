"""What a function's layers are to become: a pure decision, and the reasons to refuse one.

Limits are Lambda's: five layers a function, 250 MB for code and layers unzipped (developer guide,
"Lambda quotas"). Lambda tells zipped sizes alone, so what is zipped already too large is refused
here, and the rest is left to Lambda, which checks again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

MAX_LAYERS = 5
MAX_BYTES = 250 * 1024 * 1024
NAME = "lambda-reuse"
IMAGE = (
    "{} is a container image, which takes no layers; its Dockerfile takes two lines instead: "
    "COPY extensions/ /opt/extensions/ and COPY python/ /opt/python/"
)
ARCHITECTURES = ("x86_64", "arm64")


def layer_name(architecture: str) -> str:
    """The name under which this architecture's layer is published."""
    return f"{NAME}-{architecture}"


NAMES = frozenset(layer_name(architecture) for architecture in ARCHITECTURES)


@dataclass(frozen=True)
class Function:
    """What of a function's configuration decides; `layers` are version ARNs in their order."""

    name: str
    architecture: str = "x86_64"
    layers: tuple[str, ...] = ()
    is_image: bool = False
    code_bytes: int = 0
    layer_bytes: dict[str, int] = field(default_factory=dict)
    revision: str = ""
    runtime: str = ""
    """Such as `python3.13`; empty for container images."""


@dataclass(frozen=True)
class Layer:
    """A published version of our layer; `architectures` is empty where it claims none."""

    arn: str
    architectures: tuple[str, ...] = ()
    size: int = 0

    @property
    def name(self) -> str:
        """The layer's name, without region, account and version."""
        return name_of(self.arn)


class RefusedError(Exception):
    """A function that the layer cannot be attached to, and why, in a sentence."""


def name_of(version_arn: str) -> str:
    """The layer's name in arn:aws:lambda:REGION:ACCOUNT:layer:NAME:VERSION."""
    parts = version_arn.split(":")
    return parts[6] if len(parts) == 8 else ""


def place_of_ours(function: Function, names: frozenset[str] = NAMES) -> int | None:
    """Where ours stands among the function's layers, counted from 1; None where it does not."""
    places = [i for i, arn in enumerate(function.layers, 1) if name_of(arn) in names]
    return places[0] if places else None


def attached(function: Function, layer: Layer, at: int | None = None) -> tuple[str, ...]:
    """The function's layers with ours: at place `at`, else in another version's, else last.

    Raises RefusedError.
    """
    if function.is_image:
        raise RefusedError(IMAGE.format(function.name))
    if layer.architectures and function.architecture not in layer.architectures:
        raise RefusedError(
            f"{function.name} runs on {function.architecture}, and {layer.arn} is for "
            f"{' and '.join(layer.architectures)}"
        )
    ours = NAMES | {layer.name}
    kept = [arn for arn in function.layers if name_of(arn) not in ours]
    place = at or place_of_ours(function, ours) or len(kept) + 1
    wanted = (*kept[: place - 1], layer.arn, *kept[place - 1 :])
    if len(wanted) > MAX_LAYERS:
        raise RefusedError(
            f"{function.name} has {len(kept)} layers already, and Lambda allows {MAX_LAYERS}"
        )
    size = function.code_bytes + layer.size + sum(function.layer_bytes.get(arn, 0) for arn in kept)
    if size > MAX_BYTES:
        raise RefusedError(
            f"{function.name} would have {size / 2**20:.0f} MB of code and layers, zipped; Lambda "
            f"allows {MAX_BYTES // 2**20} MB unzipped"
        )
    return wanted


def detached(function: Function, names: frozenset[str] = NAMES) -> tuple[str, ...]:
    """The function's layers without ours."""
    return tuple(arn for arn in function.layers if name_of(arn) not in names)


WITHOUT_HELPER = (
    "if the code of {} imports lambda_reuse from the layer, it will fail without it: "
    "put the helper into its package first (pip install lambda-reuse; docs/layer.md)"
)


def may_import_helper(function: Function) -> bool:
    """Whether a function has the layer and may have the helper from it."""
    return function.runtime.startswith("python") and place_of_ours(function) is not None


def difference(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """The change as lines: what stays, what goes (-) and what comes (+), in the new order."""
    lines = [f"- {arn}" for arn in before if arn not in after]
    return lines + [f"{' ' if arn in before else '+'} {arn}" for arn in after]
