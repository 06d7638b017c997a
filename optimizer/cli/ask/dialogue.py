"""The questions of `incentives start` at a terminal or from a pipe, with the file that keeps the answers."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import click

from optimizer.cli.ask.conversation import Conversation
from optimizer.cli.ask.prompts import prompts_of
from optimizer.cli.ask.remarks import remark
from optimizer.scenario.start.answer_types import Answers
from optimizer.scenario.start.answer_values import answers_in, content_text
from optimizer.scenario.start.library import LIBRARY
from optimizer.scenario.start.questions import questions_of
from optimizer.scenario.start.unfinished import Content, joined, open_questions, read_unfinished, value_at
from reports.words.asking import asking


def asked_answers(
    file: Path, given: Content, archetype: str | None, language: str | None, only_open: bool
) -> Answers | None:
    """Ask what neither the file that keeps the answers nor others given have; None where somebody left before
    everything needed was answered."""
    content = _begun(file, given, archetype, language)
    talk = Conversation(content, _line, click.echo, lambda answers: save(file, answers), remark, only_open)
    if given:
        save(file, content)
    _forgive()
    _welcome(talk, file)
    try:
        end = talk.hold()
    except EOFError:
        _ended(talk, file)
    except KeyboardInterrupt:
        click.echo(f"\n{_standing(talk, file, 'stopped')}", err=True)
        raise
    if end == "quit":
        click.echo(_standing(talk, file, "stopped"))
        return None
    return _complete(talk, file)


def _begun(file: Path, given: Content, archetype: str | None, language: str | None) -> Content:
    """What is answered already, with what the command line says. Raises ScenarioError where the file is
    wrong."""
    saved = read_unfinished(file) if file.exists() else {}
    for known in (saved.get("archetype"), given.get("archetype")):
        if archetype is not None and known not in (None, archetype):
            message = f"the answers are of another kind of company, {known}; name another folder"
            raise click.BadParameter(message, param_hint="--archetype")
    content = joined(given, saved)
    from optimizer.cli.reader import environment_language

    chosen = language or content.get("lang") or environment_language()
    return {**({"archetype": archetype} if archetype else {}), **content, "lang": chosen}


def save(file: Path, content: Content) -> None:
    """Replace the file in one step: whatever happens, it holds all answers but the one under way."""
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        half.write_text(content_text(content), encoding="utf-8")
        half.replace(file)
    finally:
        half.unlink(missing_ok=True)


# --- the terminal ---------------------------------------------------------------------------------------


def _forgive() -> None:
    """From now on what a terminal cannot show or send is replaced, and lines can be edited where a person
    types them."""
    for stream in (sys.stdin, sys.stdout):
        with suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    if sys.stdin.isatty():
        with suppress(ImportError):
            import readline  # noqa: F401 - input() takes it up


def _line(prompt: str) -> str:
    """One line; what comes from a pipe is shown, so that questions and answers can be read together."""
    text = input(prompt)
    if not sys.stdin.isatty():
        click.echo(text)
    return text


# --- sentences ------------------------------------------------------------------------------------------


def _welcome(talk: Conversation, file: Path) -> None:
    words = talk.words
    done, everything = _progress(talk.content)
    if done:
        click.echo(words.say("ask.resumed", file=str(file), done=done, all=everything))
    else:
        click.echo(_hello(talk, file))
    click.echo(words.say("ask.how", **{name: words.command(name) for name in ("back", "skip", "quit")}))


def _hello(talk: Conversation, file: Path) -> str:
    """What begins, with how many questions there are: of the kind of company, where that is known."""
    known = talk.content.get("archetype")
    kinds = [known] if known else LIBRARY.archetypes
    numbers = [len(prompts_of({"archetype": kind}, talk.words)) for kind in kinds]
    least, most = (talk.words.write.number(count) for count in (min(numbers), max(numbers)))
    if least == most:
        return talk.words.say("ask.hello.kind", file=str(file), all=most)
    return talk.words.say("ask.hello", file=str(file), low=least, high=most)


def _progress(content: Content) -> tuple[str, str]:
    """How many questions have an answer, of how many; nothing where none has."""
    write = asking(content["lang"], "quarter").write
    if "archetype" not in content:
        return "", ""
    asked = questions_of(content["archetype"])
    done = sum(value_at(content, question.path) is not None for question in asked)
    return write.number(done) if done else "", write.number(len(asked))


def _standing(talk: Conversation, file: Path, how: str) -> str:
    """What is saved, and how to go on."""
    words = talk.words
    if not file.exists():
        return words.say("ask.nothing")
    done, everything = _progress(talk.content)
    told = {"file": str(file), "done": done or words.write.number(0), "all": everything or "?"}
    return f"{words.say(f'ask.{how}', **told)}\n{_on(talk, file)}"


def told_refused(file: Path, language: str) -> str:
    """That the answers of a file make no scenario, and how to change one."""
    words = asking(language, "quarter")
    command = f"incentives start --out {file.parent}"
    return words.say("ask.refused", file=str(file), command=command, back=words.command("back"))


def _on(talk: Conversation, file: Path) -> str:
    ask = " --ask" if talk.only_open else ""
    return talk.words.say("ask.on", command=f"incentives start{ask} --out {file.parent}")


def _ended(talk: Conversation, file: Path) -> NoReturn:
    """The input ended before the questions did: exit code 2."""
    click.echo(f"\n{_standing(talk, file, 'ended')}", err=True)
    raise SystemExit(2)


def _complete(talk: Conversation, file: Path) -> Answers | None:
    words = talk.words
    left = list(open_questions(talk.content))
    if left:
        labels = [p.label for p in talk.prompts if p.place in {question.path for question in left}]
        click.echo("\n" + words.count("ask.open", len(left), labels="; ".join(labels)))
        click.echo(_on(talk, file))
        return None
    save(file, talk.content)
    answers, findings = answers_in(talk.content)
    assert answers is not None, findings
    return answers
