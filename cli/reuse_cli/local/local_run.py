"""What a command line of `local run` or `local serve` asks for, parsed once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Mode:
    """How containers begin, whom they serve and what goes wrong, in the words of the sandbox."""

    function: Mapping[str, Any] = field(default_factory=dict)
    """Settings of `FunctionConfig`."""
    sandbox: Mapping[str, Any] = field(default_factory=dict)
    """Settings of `Sandbox`."""
    lead_s: float = 0.0
    """How long before the first invocation the containers are begun."""


@dataclass(frozen=True)
class LocalRun:
    """One run: which function, with what around it, in which containers.

    Either `handler` or `template` is given. None stands for what the template says, or Lambda's
    default.
    """

    handler: str | None = None
    template: Path | None = None
    function: str | None = None
    """The logical id or name of a function of the template."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Of the template, by name."""

    name: str | None = None
    memory_mb: int | None = None
    timeout_s: float | None = None
    python: Path | None = None
    """The interpreter of a Python function; None: the one that runs this."""

    variables: Mapping[str, str] = field(default_factory=dict)
    """Of the function's environment; they win over the template's."""
    passed: tuple[str, ...] = ()
    """Which of them are the terminal's."""
    profile: str | None = None
    """The AWS profile whose credentials the function gets; None: dummy credentials."""
    region: str | None = None

    opt: Path | None = None
    """The product's own layer; None: made of this installation's sources."""
    layers: tuple[Path, ...] = ()
    has_extension: bool = True
    """Whether the product's own layer is there."""

    data: Path | None = None
    """Where the records go; None: a new folder below the default one."""
    concurrency: int = 1
    keep_alive_s: float = 600.0
    freezes: bool = True
    has_limits: bool = True
    """Whether the function is held to its memory, where a size was said."""
    is_served: bool = False
    """Whether people watch while it runs: each invocation is recorded at once."""
    is_traced: bool = False
    """Whether the extension says what it does."""
    mode: Mode = Mode()

    @property
    def is_limited(self) -> bool:
        """Whether the function is held to its memory: only where somebody has said how much it has.

        At the default of 128 MB it would be fourteen times slower than this machine is.
        """
        is_said = self.memory_mb is not None or self.template is not None
        return is_said and self.has_limits
