"""How verbs begin and end: exit codes, refusals, files. Results on stdout, everything else on stderr."""

from __future__ import annotations

import _thread
import atexit
import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn, ParamSpec, cast

import click

from optimizer.cli.help import LANGUAGES, Verb, asked_in, show_usage_error, verbs_help
from optimizer.cli.reader import ENGLISH, all_told, echo, environment_language, language, problem_json, speak
from optimizer.scenario.files import system_reason, system_remedy

if TYPE_CHECKING:
    from optimizer.runs.api.studies import Study

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # matrices are small: threads only wait for each other

EXIT = {
    "optimal": 0,
    "imposed": 0,
    "given": 0,
    "infeasible": 1,
    "feasible": 3,
    "not_found": 3,
    "no_equilibrium": 4,
    "error": 4,
}
"""Exit code by status; 2 is bad input."""
INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it: none of those that say how a plan or a batch went."""
OUTPUTS = ("out", "report", "target", "folder", "run")
"""Parameters of verbs that name what is written, the likeliest first."""
REPORT = (
    "this is an error of the program, not of your files: report it, with this line, the command and the "
    "file, where you got the program from; nothing was replaced"
)
P = ParamSpec("P")


class Verbs(click.Group):
    """The verbs; where `--json` is among the arguments, a usage error is one JSON object on stdout too.
    `--lang` may stand before or after the verb; without it the environment says the language."""

    command_class = Verb

    def main(self, *args: Any, **kwargs: Any) -> Any:
        atexit.register(_deafen)
        with _interruptible():
            return super().main(*args, **kwargs)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.obj = {"as_json": "--json" in args}
        with _told_as_json(ctx), _stopping():
            speak(environment_language())
            lang, rest = asked_in(args, self._with_own_language())
            if lang is not None:
                speak(lang, asked=True)
            return super().parse_args(ctx, rest)

    def _with_own_language(self) -> set[str]:
        """Verbs whose `--lang` says the language of what they write."""
        named = ((name, param) for name, verb in self.commands.items() for param in verb.params)
        return {name for name, param in named if "--lang" in param.opts}

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        Verb.format_help(self, ctx, formatter)  # type: ignore[arg-type]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if language() == ENGLISH:
            super().format_commands(ctx, formatter)
        else:
            verbs_help(self, ctx, formatter)

    def invoke(self, ctx: click.Context) -> Any:
        with _told_as_json(ctx), _stopping():
            return super().invoke(ctx)


_came = threading.Event()
"""Whether Ctrl-C came: what is being loaded then may fail in words of its own."""


@contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C outside of a verb, while arguments are read or a result is printed, ends as it does in one."""
    here = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, _interrupt) if here else None
    hook, sys.unraisablehook = sys.unraisablehook, _again
    _came.clear()
    try:
        yield
    except KeyboardInterrupt:
        _stop()
    finally:
        sys.unraisablehook = hook
        if before is not None:
            signal.signal(signal.SIGINT, before)


@contextmanager
def _stopping() -> Iterator[None]:
    """Before click makes an error of its own of it."""
    try:
        yield
    except KeyboardInterrupt:
        _stop()


def _interrupt(number: int, frame: FrameType | None) -> None:
    _came.set()
    signal.default_int_handler(number, frame)


def _again(lost: sys.UnraisableHookArgs) -> None:
    """An interrupt that comes while a weak reference is dropped cannot be raised there: Python prints it and
    goes on. A thread sends it once more, as a signal of one's own would be raised in the same place."""
    if not isinstance(lost.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(lost)
    elif sys.platform == "win32":
        _thread.interrupt_main()
    else:
        main = threading.main_thread().ident
        assert main is not None
        _thread.start_new_thread(signal.pthread_kill, (main, signal.SIGINT))


def _deafen() -> None:
    """While Python ends, all is done: an interrupt would only take the exit code away."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _stop() -> NoReturn:
    echo("stopped", err=True)
    sys.exit(INTERRUPTED)


@contextmanager
def _told_as_json(ctx: click.Context) -> Iterator[None]:
    try:
        yield
    except click.UsageError as error:
        if ctx.obj["as_json"]:
            place = (error.ctx or ctx).command_path
            hint = f"{place} --help says what is allowed"
            problem = {"where": place, "value": "", "message": error.format_message(), "hint": hint}
            _print_problems([problem])
        if language() == ENGLISH:
            raise
        show_usage_error(error)
        sys.exit(error.exit_code)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    expose_value=False,
    help="Of what is said at the terminal, also after a verb; default: what LANG says.",
)
@click.version_option(package_name="incentive-optimizer", prog_name="incentives")
def main() -> None:
    """Find the variable-pay weights that maximize revenue, knowing that teams answer in their interest."""


def _calibration_error() -> type[Exception] | tuple[()]:
    """Nothing where it has not been loaded: nobody can have raised it, and an interrupt may have left what it
    needs half loaded."""
    found = getattr(sys.modules.get("optimizer.response.calibration"), "CalibrationError", ())
    return cast("type[Exception] | tuple[()]", found)


def verb(function: Callable[P, None]) -> Callable[P, None]:
    """Bad input, and files that cannot be read or written, end with exit code 2, an interrupt with 130, what
    nobody foresaw with 4; never with a traceback."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        from optimizer.runs.folder import ChangedRunError, NotARunFolderError
        from optimizer.scenario.problems import ScenarioError

        try:
            function(*args, **kwargs)
        except ChangedRunError as error:
            messages = [f"{change}; solve again, or put the file back" for change in error.changes]
            fail(kwargs.get("as_json") is True, str(error.folder), messages)
        except NotARunFolderError as error:
            raise click.BadParameter(str(error)) from error
        except ScenarioError as error:
            told = all_told(error.problems)
            _refuse(kwargs.get("as_json") is True, [problem_json(p) for p in error.problems], told)
        except _calibration_error() as error:
            problem = {"where": "activities", "value": "", "message": str(error), "hint": ""}
            _refuse(kwargs.get("as_json") is True, [problem], f"error: {error}")
        except BrokenPipeError:
            raise  # whoever read along has seen enough: click ends quietly
        except OSError as error:
            message, hint = system_reason(error), system_remedy(error)
            place = _place(error, kwargs)
            problem = {"where": place, "value": "", "message": message, "hint": hint}
            _refuse(kwargs.get("as_json") is True, [problem], f"error: {place}: {message}\n    {hint}")
        except KeyboardInterrupt:
            _stop()
        except click.ClickException:
            raise
        except Exception as error:
            if _came.is_set():
                _stop()  # whatever an interrupt made of a library that was being loaded
            _unexpected(kwargs.get("as_json") is True, error)

    return run


def _place(error: OSError, given: Mapping[str, Any]) -> str:
    """The file of an error of the system: its own, else what the verb writes, else what it prints on."""
    named = [error.filename, *(given[name] for name in OUTPUTS if given.get(name))]
    return str(next((place for place in named if place), "standard output"))


def fail(as_json: bool, place: str, messages: Sequence[str]) -> NoReturn:
    """A check of the program's own that failed: exit code 4."""
    if as_json:
        hint = "nothing was written"
        _print_problems([{"where": place, "value": "", "message": m, "hint": hint} for m in messages])
    for message in messages:
        echo(f"error: {place}: {message}", err=True)
    sys.exit(4)


def _unexpected(as_json: bool, error: Exception) -> NoReturn:
    """An error that nobody foresaw: what and where in one line, and what to do with it."""
    steps = [step for step in traceback.extract_tb(error.__traceback__) if _ours(step.filename)]
    where = f" ({Path(steps[-1].filename).stem}:{steps[-1].lineno})" if steps else ""
    message = f"{type(error).__name__}: {error}{where}".replace("\n", " ")
    if as_json:
        _print_problems([{"where": "incentives", "value": "", "message": message, "hint": REPORT}])
    echo(f"error: {message}\n    {REPORT}", err=True)
    sys.exit(4)


def _ours(file: str) -> bool:
    return bool({"optimizer", "reports"} & set(Path(file).parts))


def _refuse(as_json: bool, problems: list[Any], text: str) -> None:
    if _came.is_set():
        _stop()  # an interrupt that a library swallowed makes problems of its own
    if as_json:
        _print_problems(problems)
    echo(text, err=True)
    sys.exit(2)


def _print_problems(problems: list[Any]) -> None:
    with suppress(OSError):  # standard output may be what cannot be written
        print_json({"problems": problems, "warnings": []})


def print_json(value: Any) -> None:
    click.echo(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False))


def write_new(file: Path, content: bytes) -> None:
    """Write a file that is not there yet; an existing one is never overwritten."""
    try:
        from optimizer.runs.api.making import write_new as write

        write(file, content)
    except FileExistsError as error:
        raise click.BadParameter(
            f"{error.filename} exists already; name another file, or move it away"
        ) from None
    except OSError as error:
        raise click.BadParameter(f"{file} cannot be written: {system_reason(error)}") from None


def save_study(study: Study, out: Path | None) -> None:
    """Tables as CSV and in a workbook, and documents, where a folder is named; which, on stderr."""
    for file in study.save(out) if out is not None else ():
        echo(f"wrote {file}", err=True)
