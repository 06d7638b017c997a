"""The language of a command line, by `--lang` or what the environment says, and its help in it."""

from __future__ import annotations

import copy
from typing import Any

import click

from optimizer.cli.reader import ENGLISH, language, said

LANGUAGES = ("en", "fr")
"""Those that verbs speak; a third one needs its sentences beside these (reports/locale/sentences)."""
OPTION = "--lang"
_MARKS = (
    "Usage: ",
    "Options:",
    "Commands:",
    "[required]",
    "; required]",
    "[default: ",
    "Show this message and exit.",
    "Show the version and exit.",
)
"""Click's own words, which it takes from no catalogue of ours."""


def asked_in(args: list[str], own: set[str]) -> tuple[str | None, list[str]]:
    """The language that `--lang` names before the verb, or after one that has no `--lang` of its `own`, and
    the arguments without it."""
    verb = next((n for n, arg in enumerate(args) if not _of_option(args, n)), len(args))
    taken = args[:verb] if verb < len(args) and args[verb] in own else args
    for n, arg in enumerate(taken):
        name, _, value = arg.partition("=")
        if name == OPTION:
            value, used = (value, 1) if "=" in arg else ((args[n + 1 : n + 2] or [""])[0], 2)
            if value not in LANGUAGES:
                raise click.BadParameter(
                    f"{value!r} is not one of {', '.join(map(repr, LANGUAGES))}.", param_hint=OPTION
                )
            return value, args[:n] + args[n + used :]
    return None, args


def _of_option(args: list[str], n: int) -> bool:
    """Whether an argument is an option, or the value of `--lang`."""
    return args[n].startswith("-") or (n > 0 and args[n - 1] == OPTION)


class Verb(click.Command):
    """A verb whose help is told in the reader's language."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        click.Command.format_help(_spoken(self), ctx, formatter)
        _mark(formatter)


def _spoken(command: Any) -> Any:
    """A command with its help, and that of its parameters, in the reader's language."""
    if language() == ENGLISH:
        return command
    told = copy.copy(command)
    told.help = said_help(command.help or "")
    told.params = [copy.copy(param) for param in command.params]
    for param in told.params:
        if isinstance(param, click.Option) and param.help:
            param.help = said_help(param.help)
    return told


def said_help(text: str) -> str:
    """A help text, paragraph by paragraph, whatever its line ends."""
    return "\n\n".join(said(" ".join(part.split())) for part in text.split("\n\n"))


def _mark(formatter: click.HelpFormatter) -> None:
    if language() != ENGLISH:
        formatter.buffer = [_marked(text) for text in formatter.buffer]


def _marked(text: str) -> str:
    for mark in _MARKS:
        text = text.replace(mark, said(mark))
    return text


def show_usage_error(error: click.UsageError) -> None:
    """What click says of a usage error, in the reader's language."""
    if error.ctx is not None:
        click.echo(_marked(error.ctx.get_usage()), err=True)
        click.echo(said(f"Try '{error.ctx.command_path} -h' for help.") + "\n", err=True)
    click.echo(said(f"Error: {error.format_message()}"), err=True)


def verbs_help(group: click.Group, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    """The verbs and what each does, in the reader's language."""
    rows = []
    for name in group.list_commands(ctx):
        verb = group.get_command(ctx, name)
        assert verb is not None
        rows.append((name, _spoken(verb).get_short_help_str(1000)))
    with formatter.section("Commands"):
        formatter.write_dl(rows)
