"""Arguments and options that several verbs have, each with one meaning."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from optimizer.runs.api.allowed import ALLOWED
from optimizer.scenario.files import system_reason
from optimizer.scenario.seed import LARGEST, SEED

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Destination(click.Path):
    """A file or a folder to write once the work is done: refused before it begins where that cannot be."""

    def __init__(self, *, new: bool = False, **kinds: Any) -> None:
        """A `new` file is never an existing one."""
        super().__init__(writable=True, **kinds)
        self.new = new

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        try:
            if self.new and path.exists():
                self.fail(f"{path} exists already; name another file, or move it away", param, ctx)
            from optimizer.runs.folder import refuse_unwritable

            if path.is_dir() or not path.exists():
                refuse_unwritable(path)
        except OSError as error:
            self.fail(f"{path} cannot be written: {system_reason(error)}", param, ctx)
        return path


def ranged(verb: str, name: str) -> click.IntRange | click.FloatRange:
    """The type of a number, with the limits that its call has."""
    number = ALLOWED[verb][name]
    kind = click.IntRange if number.whole else click.FloatRange
    return kind(number.low, number.high, min_open=number.above)  # type: ignore[arg-type]


file_argument = click.argument("file", type=click.Path(path_type=Path))
seed_option = click.option(
    "--seed",
    type=click.IntRange(0, LARGEST),
    default=SEED,
    show_default=True,
    help="Of everything that is drawn.",
)
out_option = click.option(
    "--out", type=Destination(file_okay=False), help="Folder for tables (CSV) and PDFs."
)
set_option = click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="PATH=VALUE",
    help="Change a value of the scenario for this run, by its path in the file: budget.expected=126000, "
    "budget.expected=+5%, kpis.wins.target=null. May be repeated.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, nothing else.")


def plan_names(context: click.Context, _parameter: click.Parameter, start: str) -> list[CompletionItem]:
    """Plans of the scenario named on the command line, for a shell to complete."""
    from click.shell_completion import CompletionItem

    from optimizer.scenario.problems import ScenarioError
    from optimizer.scenario.read import tree_in

    file = context.params.get("file") or next(iter(context.args), "")  # click stops at `--plan` without value
    try:
        plans = tree_in(file).root.child("plans")
    except ScenarioError:
        plans = None
    known = ["current", *(plans.value if plans is not None and isinstance(plans.value, dict) else ())]
    return [CompletionItem(name) for name in known if name.startswith(start)]


PLAN = "NAME|PLANFILE|RUN"
"""A plan of the scenario, a plan file, or a run folder: what its solve recommends."""
plan_option = click.option(
    "--plan",
    metavar=PLAN,
    shell_complete=plan_names,
    help="Default: the current plan.",
)
