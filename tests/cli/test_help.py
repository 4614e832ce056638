"""The help of every command."""

from collections.abc import Iterator

import click
from reuse_cli.main import cli


def commands(
    command: click.Command, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """A command and all below it, by path."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from commands(command.get_command(context, name), (*path, name))


def test_every_option_is_described_in_a_sentence():
    """With its default behind it, where click does not show one."""
    described = {
        (*path, option.opts[0]): (option.help or "").partition("  [")[0]
        for path, command in commands(cli)
        for option in command.params
        if isinstance(option, click.Option)
    }
    odd = [
        name for name, text in described.items() if not text[:1].isupper() or not text.endswith(".")
    ]

    assert ("local", "run", "--count") in described
    assert odd == []


def test_every_command_has_a_sentence():
    """The first line of its help, which the list of commands shows."""
    first = {path: (command.help or "").partition("\n")[0] for path, command in commands(cli)}

    assert ("layer", "attach") in first
    assert [path for path, line in first.items() if not line.endswith(".")] == []
