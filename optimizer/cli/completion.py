"""`incentives completion`: what a shell needs to complete verbs, options, files and plans."""

from __future__ import annotations

import click

from optimizer.cli.common import main, print_json, verb
from optimizer.cli.parameters import json_option

_SHELLS = ("bash", "zsh", "fish")


@main.command()
@click.argument("shell", type=click.Choice(_SHELLS))
@json_option
@verb
def completion(shell: str, as_json: bool) -> None:
    """The completion script of a shell.

    \b
    bash  incentives completion bash > ~/.local/share/bash-completion/completions/incentives
    zsh   incentives completion zsh > ~/.zfunc/_incentives    (with ~/.zfunc in fpath, before compinit)
    fish  incentives completion fish > ~/.config/fish/completions/incentives.fish
    """
    from click.shell_completion import get_completion_class

    shell_class = get_completion_class(shell)
    assert shell_class is not None
    script = shell_class(main, {}, "incentives", "_INCENTIVES_COMPLETE").source()
    if as_json:
        print_json({"shell": shell, "script": script})
    else:
        click.echo(script)
