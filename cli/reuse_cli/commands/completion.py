"""`completion`: what bash, zsh and fish need to complete commands, options and values."""

import click

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_LAMBDA_REUSE_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print a completion script for your shell.

    \b
    bash: lambda-reuse completion bash > ~/.local/share/bash-completion/completions/lambda-reuse
    zsh:  lambda-reuse completion zsh > ~/.zfunc/_lambda-reuse   (with ~/.zfunc in fpath)
    fish: lambda-reuse completion fish > ~/.config/fish/completions/lambda-reuse.fish
    """
    from click.shell_completion import get_completion_class

    from reuse_cli.main import cli

    kind = get_completion_class(shell)
    assert kind is not None  # click has all of SHELLS
    variables = kind(cli, {}, "lambda-reuse", VARIABLE)
    click.echo(kind.source_template % variables.source_vars())
