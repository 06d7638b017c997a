"""`incentives report`: the documents of a run folder again, or of any plan of its scenario."""

from __future__ import annotations

import json
from pathlib import Path

import click

from optimizer.cli.common import main, print_json, verb
from optimizer.cli.given_scenario import plan_named
from optimizer.cli.parameters import json_option
from optimizer.cli.reader import echo
from reports.words.locales import languages

KINDS = ("pdf", "plans", "xlsx", "html")


@main.command()
@click.argument("run", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--plan",
    "plan_name",
    metavar="PLAN",
    help="Documents of another plan: `simplest` of this run, one of the scenario, a plan file, or what "
    "another run recommends.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder for these; default the run's name and the plan's."
)
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
def report(
    run: Path,
    plan_name: str | None,
    out: Path | None,
    languages: tuple[str, ...],
    only: tuple[str, ...],
    as_json: bool,
) -> None:
    """Make the documents of a run folder again, without solving: the same bytes that solve wrote.

    A folder that is no longer what was written, or says what does not follow from its scenario and plan, is
    left as it is; exit code 4. With --plan the documents are those of that plan, in a run folder of its own
    that says that the plan was given.
    """
    from optimizer.cli.show.plan_documents import tell_unwritten, unwritten_documents
    from optimizer.runs.rewrite import rewrite_documents
    from optimizer.tables.table import TableError

    if plan_name is None and out is not None:
        raise click.UsageError("--out is for the documents of another plan: name it with --plan")
    try:
        if plan_name is None:
            folder, names = run, rewrite_documents(run, only, languages)
        else:
            folder, names = _of_plan(run, plan_name, out, languages, only)
    except TableError as error:
        raise click.BadParameter(str(error), param_hint="RUN") from error
    unwritten = tuple(unwritten_documents(folder, languages)) if not only or "plans" in only else ()
    if as_json:
        print_json(
            {"run": str(folder), "documents": names, "unwritten": [one._asdict() for one in unwritten]}
        )
    else:
        for name in names:
            echo(folder / name)
    tell_unwritten(unwritten)
    _tell_if_draft(folder)


def _tell_if_draft(folder: Path) -> None:
    """Why there are no plan documents, on stderr."""
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    if drafted := len(result.get("placeholders", ())):
        said = f"DRAFT: {drafted} number{'s' if drafted > 1 else ''} that nobody has given yet"
        echo(f"{said}: no plan document is written before `incentives fill`", err=True)


def _of_plan(
    run: Path, plan_name: str, out: Path | None, languages: tuple[str, ...], only: tuple[str, ...]
) -> tuple[Path, list[str]]:
    """The folder of a plan's documents and their names."""
    from optimizer.runs.given import SIMPLEST_PLAN, folder_of, options_of, report_given, simplest_of
    from optimizer.runs.options import RunOptions
    from optimizer.scenario.read import read_scenario

    options = RunOptions(**options_of(run), outputs=only, languages=languages)  # type: ignore[arg-type]
    file = run / "scenario.yaml"
    scenario = read_scenario(file)
    own = plan_name == SIMPLEST_PLAN and plan_name not in scenario.plans
    plan = simplest_of(run, scenario) if own else plan_named(scenario, plan_name)
    name = Path(plan_name).stem
    folder = out or folder_of(run, name)
    documents = report_given(scenario, plan, name, folder, file.read_bytes(), options)
    return folder, [document.name for document in documents]
