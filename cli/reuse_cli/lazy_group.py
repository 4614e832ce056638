"""A group of commands that are imported when they are used: help and completion need none."""

import importlib
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Place(NamedTuple):
    """Where a command is, and the first sentence of its help."""

    module: str
    name: str
    summary: str


class LazyGroup(click.Group):
    """The commands of `lambda-reuse`. A test holds the summaries against the commands."""

    places: ClassVar[dict[str, Place]] = {
        "compare": Place("compare", "compare", "Measure two versions of a handler."),
        "completion": Place(
            "completion", "completion", "Print a completion script for your shell."
        ),
        "containers": Place(
            "containers", "containers", "Show each container: age, invocations, start and end."
        ),
        "cost": Place("cost", "cost", "Show what each function costs, and what reuse saves."),
        "dashboard": Place(
            "dashboard", "dashboard", "Live page, and CloudWatch dashboards: draw, deploy."
        ),
        "doctor": Place("doctor", "doctor", "Find lines that build or read the same thing again."),
        "inits": Place("inits", "inits", "Show each init: kind, duration, status, phases."),
        "layer": Place("layer", "layer", "Publish the layer, attach it to functions, detach it."),
        "local": Place("local", "local", "Run a function on this machine as Lambda would."),
        "report": Place("report", "report", "Write all answers as one page for a browser."),
        "resources": Place(
            "resources", "resources", "Show each resource: hits, misses, reasons, build time."
        ),
        "sql": Place("sql", "sql", "Ask a question in SQL (DuckDB's dialect)."),
        "summary": Place(
            "summary", "summary", "Show each function: containers, cold starts, reuse."
        ),
        "timeline": Place("timeline", "timeline", "Draw each container's life as a lane."),
        "what-if": Place("what_if", "what_if", "Replay the traffic under other policies."),
    }

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in alphabetical order."""
        return sorted([*super().list_commands(ctx), *self.places])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command, or None where there is none of that name."""
        place = self.places.get(cmd_name)
        if place is None:
            return super().get_command(ctx, cmd_name)
        module = importlib.import_module(f"reuse_cli.commands.{place.module}")
        command: click.Command = getattr(module, place.name)
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands in the help; none is imported for it."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, place.summary) for name, place in self.places.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """What may stand in the place of a command; none is imported for it."""
        from click.shell_completion import CompletionItem

        named = [
            CompletionItem(name, help=place.summary)
            for name, place in self.places.items()
            if name.startswith(incomplete)
        ]
        return named + click.Command.shell_complete(self, ctx, incomplete)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is meant; fails with the names that come near."""
        name = args[0]
        if name not in self.places and not name.startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(name, self.places)
            if near:
                ctx.fail(f"No such command {name!r}. Did you mean {' or '.join(near)}?")
        return super().resolve_command(ctx, args)
