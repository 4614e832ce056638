"""The options of `local` about how containers begin, whom they serve and what goes wrong."""

from collections.abc import Callable, Mapping
from typing import Any

import click

from reuse_cli.commands import options
from reuse_cli.errors import UsageError
from reuse_cli.local.local_run import Mode

Command = Callable[..., int]
Options = dict[str, Any]


def mode_options(command: Command) -> Command:
    """The options that say how containers begin, whom they serve and what goes wrong."""
    found = [
        click.option(
            "--provisioned",
            type=click.IntRange(1),
            metavar="N",
            help="Number of provisioned containers, which are ready before the first invocation.",
        ),
        click.option(
            "--proactive",
            type=click.FloatRange(0),
            metavar="S",
            help="Always initialize one container ahead of need, the first one S seconds before the"
            " first invocation.",
        ),
        click.option(
            "--snap-start", is_flag=True, help="Restore containers from a SnapStart snapshot."
        ),
        click.option(
            "--managed",
            type=click.IntRange(1, 64),
            metavar="N",
            help="Run on managed instances: N invocations at a time in each of --concurrency"
            " containers.",
        ),
        click.option(
            "--tenant-isolation",
            is_flag=True,
            help="Run each tenant in containers of its own; events name it as tenant_id.",
        ),
        click.option(
            "--log-format",
            type=click.Choice(["text", "json"]),
            help="The function's log format.  [default: the template's, or text]",
        ),
        click.option(
            "--private",
            type=click.Choice(["files", "network"]),
            multiple=True,
            help="Give each container its own /tmp, or its own network, if `local doctor` says that"
            " this machine can; may be given twice.",
        ),
        click.option(
            "--frozen-clock",
            is_flag=True,
            help="Let the function's monotonic clock stand still while its container is frozen.",
        ),
        click.option(
            "--fault",
            "faults",
            multiple=True,
            metavar="NAME[=PROBABILITY]",
            help="Inject this fault with the given probability (default 0.1); may be given several"
            " times. `local faults` lists them.",
        ),
    ]
    return options.decorated(command, found)


def mode(chosen: Mapping[str, Any]) -> Mode:
    """What the options ask for."""
    kinds = [name for name in ("provisioned", "snap_start", "managed") if chosen[name]]
    if len(kinds) > 1 or (chosen["proactive"] is not None and "managed" in kinds):
        raise UsageError("choose one of --provisioned, --snap-start and --managed")
    if chosen["frozen_clock"] and chosen.get("no_freeze"):
        raise UsageError("--frozen-clock needs containers that are frozen: leave out --no-freeze")
    function: Options = {}
    if chosen["snap_start"]:
        function = {"init_type": "snap-start", "version": "1"}
    if chosen["managed"]:
        function = {
            "init_type": "lambda-managed-instances",
            "max_concurrency": chosen["managed"],
            "log_format": "JSON",
        }
        if chosen["log_format"] == "text":
            raise UsageError("managed instances log in JSON")
    elif chosen["log_format"]:
        function["log_format"] = "JSON" if chosen["log_format"] == "json" else "Text"
    if chosen["tenant_isolation"]:
        function["tenant_isolation"] = True
    sandbox = {
        "provisioned": chosen["provisioned"] or 0,
        "proactive": chosen["proactive"] is not None,
        "private": chosen["private"],
        "frozen_clock": chosen["frozen_clock"],
        "faults": dict(_fault(text) for text in chosen["faults"]),
        "seed": chosen.get("seed", 0),
    }
    return Mode(function, sandbox, chosen["proactive"] or 0.0)


def _fault(text: str) -> tuple[str, float]:
    from reuse_sandbox import DEFAULT_SHARE

    name, equals, share = text.partition("=")
    try:
        return name, float(share) if equals else DEFAULT_SHARE
    except ValueError:
        raise UsageError(f"--fault {name} takes a probability from 0 to 1, not {share}") from None
