"""`incentives report`: the documents of a run folder again, without solving."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.cli.common import json_option, main, print_json, verb
from reports.words.locales import languages

KINDS = ("pdf", "plans", "xlsx", "html")


@main.command()
@click.argument("run", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--lang",
    "languages",
    type=click.Choice(languages()),
    multiple=True,
    help="May be repeated; default each document's own languages.",
)
@click.option("--only", type=click.Choice(KINDS), multiple=True, help="May be repeated; default all.")
@json_option
@verb
def report(run: Path, languages: tuple[str, ...], only: tuple[str, ...], as_json: bool) -> None:
    """Make the documents of a run folder again, without solving: the same bytes that solve wrote.

    A folder that is no longer what was written, or says what does not follow from its scenario and plan, is
    left as it is; exit code 4.
    """
    from optimizer.runs.rewrite import rewrite_documents
    from optimizer.tables.table import TableError

    try:
        names = rewrite_documents(run, only, languages)
    except TableError as error:
        raise click.BadParameter(str(error), param_hint="RUN") from error
    if as_json:
        print_json({"run": str(run), "documents": names})
    else:
        for name in names:
            click.echo(run / name)
