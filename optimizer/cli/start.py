"""`incentives start`: from what a designer knows to a scenario, asked at the terminal or read from a file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.common import main, print_json, verb, write_new
from optimizer.cli.parameters import Destination, json_option
from optimizer.cli.reader import asked_language, echo, environment_language, speak

if TYPE_CHECKING:
    from optimizer.scenario.problems import InputProblem
    from optimizer.scenario.start.answer_types import Answers
    from optimizer.scenario.start.generate import Started
    from optimizer.scenario.start.unfinished import Content
    from optimizer.scenario.types import Scenario

ANSWERS, SCENARIO = "answers.yaml", "scenario.yaml"
FORM, WORKBOOK = "answers.xlsx", "scenario.xlsx"
"""Files of the folder that is written."""
KIND = click.Choice(["saas_sdr", "distribution", "services", "training", "marketplace", "branch", "partners"])
"""Kinds of company, as in the library."""
LANG = re.compile(r"""(?m)^[{\s]*["']?lang["']?\s*:\s*["']?(?P<lang>en|fr)\b""")
LONGEST = 1 << 16
"""Bytes of a file in which its language is looked for."""
FOLDER = Path("my-company")
"""Where answers are kept while they are given, before the company has a name."""


@main.command()
@click.option(
    "--answers",
    type=click.Path(path_type=Path),
    help="YAML, JSON, or a filled workbook; without it the questions are asked.",
)
@click.option("--ask", is_flag=True, help="Ask only what has no answer yet, in --answers or in the folder.")
@click.option("--resume", is_flag=True, help="Go on with the answers in the folder, which must be there.")
@click.option("--archetype", type=KIND, help="Kind of company; else it is asked.")
@click.option("--example", type=KIND, help="Print the answers of an invented company, to change.")
@click.option(
    "--lang",
    type=click.Choice(["en", "fr"]),
    help="Of what is said; default: that of the answers, else what LANG says.",
)
@click.option("--page", is_flag=True, help="Write start.html: the questions as a page for a browser.")
@click.option("--xlsx", is_flag=True, help="Workbooks too; with --archetype alone, one to fill in.")
@click.option(
    "--out",
    type=Destination(file_okay=False),
    help=f"Folder; default: the company's name, or {FOLDER} while questions are asked.",
)
@json_option
@verb
def start(
    answers: Path | None,
    ask: bool,
    resume: bool,
    archetype: str | None,
    example: str | None,
    lang: str | None,
    page: bool,
    xlsx: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """From 23 to 40 answers to a balanced scenario: every given number kept, everything else a usual value
    with its source and range.

    Questions are asked in English or French, and answers kept in the folder after each: the same command goes
    on where one stopped. With --answers nothing is asked. Writes scenario.yaml and answers.yaml.
    """
    lang = lang or asked_language()
    _speak(lang, answers)
    if page:
        from optimizer.cli.start_page import write_page

        if answers or ask or resume or example or xlsx:
            raise click.UsageError(
                "--page takes --archetype, --lang and --out; answers are opened in the page"
            )
        write_page(archetype, lang, out, as_json)
    elif example is not None:
        _example(example, as_json)
    elif archetype and xlsx and not (answers or ask or resume):
        _empty_workbook(archetype, lang, out or FOLDER, as_json)
    else:
        _company(answers, out, archetype, lang, ask=ask, resume=resume, xlsx=xlsx, as_json=as_json)


def _speak(lang: str | None, answers_file: Path | None) -> None:
    """What is refused is told in the language asked for, else in that of the answers, else of the system."""
    of_file = None if lang or answers_file is None else _language_of(answers_file)
    speak(lang or of_file or environment_language(), asked=lang is not None)


def _language_of(file: Path) -> str | None:
    """What a file of answers says of its language, whatever else is wrong with it."""
    from optimizer.scenario.problems import ScenarioError
    from optimizer.scenario.start.answer_sheet import language_in_workbook

    try:
        if file.suffix.lower() == ".xlsx":
            said = language_in_workbook(file)
            return said if said in ("en", "fr") else None
        found = LANG.search(file.read_bytes()[:LONGEST].decode("utf-8", "replace"))
    except (OSError, ScenarioError):
        return None
    return found["lang"] if found else None


def _company(
    answers_file: Path | None,
    out: Path | None,
    archetype: str | None,
    lang: str | None,
    *,
    ask: bool,
    resume: bool,
    xlsx: bool,
    as_json: bool,
) -> None:
    """Ask for answers or read them, and write what they make."""
    from optimizer.scenario.start.answers import doubts_of

    asked = ask or answers_file is None
    if asked and as_json:
        raise click.UsageError("--json asks nothing: name a file of answers with --answers")
    folder = out or (FOLDER if asked or resume else None)
    if folder is not None:
        _refuse_existing(folder / SCENARIO)
    if resume and folder is not None and not (folder / ANSWERS).exists():
        raise click.BadParameter(f"there are no answers in {folder} to go on with", param_hint="--resume")
    if asked:
        assert folder is not None
        answers = _asked(answers_file, folder / ANSWERS, archetype, lang, ask)
    else:
        assert answers_file is not None
        answers = _read(answers_file, folder if resume else None, archetype)
    if answers is not None:
        # Of numbers that somebody typed here each unusual one was asked about.
        doubts = () if answers_file is None else doubts_of(answers, str(answers_file))
        _write(answers, lang, folder, doubts, kept=asked or resume, xlsx=xlsx, as_json=as_json)


def _example(kind: str, as_json: bool) -> None:
    from optimizer.scenario.start.answers import answers_text, content_of, example_answers

    answers = example_answers(kind)
    if as_json:
        print_json(content_of(answers))
    else:
        click.echo(answers_text(answers), nl=False)


def _empty_workbook(archetype: str, lang: str | None, folder: Path, as_json: bool) -> None:
    """A workbook to fill in, in the language of the reader."""
    from optimizer.cli.ask.sheet_lines import answers_workbook

    file = folder / FORM
    write_new(file, answers_workbook({"archetype": archetype, "lang": lang or environment_language()}))
    if as_json:
        print_json({"files": [str(file)]})
    else:
        echo(f"wrote {file}; fill it in, then: incentives start --answers {file} --out {folder}")


# --- answers --------------------------------------------------------------------------------------------


def _asked(
    given: Path | None, kept: Path, archetype: str | None, lang: str | None, only_open: bool
) -> Answers | None:
    """Answers at the terminal; None where somebody left before all was answered."""
    from optimizer.cli.ask.dialogue import asked_answers

    first = {} if given is None else _unfinished(given)
    return asked_answers(kept, first, archetype, lang, only_open)


def _read(file: Path, folder: Path | None, archetype: str | None) -> Answers:
    """What a file answers; where a folder is named, what its own answers leave open."""
    from optimizer.scenario.start.answers import read_answers
    from optimizer.scenario.start.unfinished import finished, joined, read_unfinished

    if folder is None:
        answers = read_answers(file)
    else:
        answers = finished(joined(_unfinished(file), read_unfinished(folder / ANSWERS)), file)
    if archetype not in (None, answers.archetype):
        message = f"{file} has answers of another kind of company, {answers.archetype}"
        raise click.BadParameter(message, param_hint="--archetype")
    return answers


def _unfinished(file: Path) -> Content:
    from optimizer.scenario.files import WORKBOOK as KIND
    from optimizer.scenario.start.answer_sheet import unfinished_in_workbook
    from optimizer.scenario.start.unfinished import read_unfinished

    return unfinished_in_workbook(file) if file.suffix.lower() == KIND else read_unfinished(file)


# --- what is written ------------------------------------------------------------------------------------


def _write(
    answers: Answers,
    lang: str | None,
    folder: Path | None,
    doubts: tuple[InputProblem, ...],
    *,
    kept: bool,
    xlsx: bool,
    as_json: bool,
) -> None:
    """Generate, write, and tell what was given, adjusted and assumed. `kept`: the folder has these
    answers, or others that they took the place of."""
    from optimizer.cli.reader import warned
    from optimizer.cli.show.started import kept_json, phrases, show_started, started_json
    from optimizer.scenario.start.kept_answers import kept_answers
    from optimizer.scenario.write import dump_scenario

    speak(lang or answers.lang, asked=lang is not None)
    for doubt in () if as_json else doubts:
        echo(warned(doubt), err=True)
    made = _started(answers, folder / ANSWERS if folder is not None and kept else None)
    folder = folder or Path(made.scenario.name)
    files = {folder / SCENARIO: dump_scenario(made.scenario).encode()}
    if xlsx:
        files |= _workbooks(answers, made.scenario, folder, lang or answers.lang)
    for path in files:
        _refuse_existing(path)
    _keep(answers, folder / ANSWERS, kept)
    for path, content in files.items():
        write_new(path, content)
    names = [str(path) for path in (folder / SCENARIO, folder / ANSWERS, *list(files)[1:])]
    words, found = phrases(lang or answers.lang), kept_answers(answers, made.scenario)
    if as_json:
        told = started_json(answers, made.said, words)
        warnings = [doubt.as_json() for doubt in doubts]
        print_json({"files": names, "said": told, "answers": kept_json(found), "warnings": warnings})
        return
    show_started(answers, made.said, found, words)
    echo(words.say("start.wrote", files=", ".join(names)))
    echo(words.say("start.next", folder=str(folder)))


def _started(answers: Answers, kept: Path | None) -> Started:
    """The scenario of the answers. Raises ScenarioError where there is none; where the answers are kept, how
    to change one is said first."""
    from optimizer.runs.api import making
    from optimizer.scenario.problems import ScenarioError

    try:
        return making.start(answers).started
    except ScenarioError:
        if kept is not None:
            from optimizer.cli.ask.dialogue import told_refused

            echo(told_refused(kept, answers.lang), err=True)
        raise


def _workbooks(answers: Answers, scenario: Scenario, folder: Path, language: str) -> dict[Path, bytes]:
    """The answers as they were asked, and the scenario on four sheets."""
    from optimizer.cli.ask.sheet_lines import answers_workbook
    from optimizer.cli.convert import workbook_content
    from optimizer.scenario.start.answers import content_of

    return {
        folder / FORM: answers_workbook(content_of(answers)),
        folder / WORKBOOK: workbook_content(scenario, full=False, language=language),
    }


def _keep(answers: Answers, file: Path, kept: bool) -> None:
    """Write the answers, unless the file has them already; what is `kept` there may change."""
    from optimizer.cli.ask.dialogue import save
    from optimizer.scenario.start.answers import answers_text, content_of
    from optimizer.scenario.start.unfinished import read_unfinished

    if kept:
        save(file, content_of(answers))
    elif not file.exists():
        write_new(file, answers_text(answers).encode())
    elif read_unfinished(file) != content_of(answers):
        _refuse_existing(file)


def _refuse_existing(file: Path) -> None:
    """Half a folder would mix two companies."""
    if file.exists():
        raise click.BadParameter(f"{file} exists already; name another folder with --out, or move it away")
