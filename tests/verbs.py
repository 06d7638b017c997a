"""Verbs as tests call them."""

from __future__ import annotations

from click.testing import CliRunner, Result

from optimizer.cli import main


def incentives(*arguments: object, typed: str | None = None, env: dict[str, str] | None = None) -> Result:
    """A verb with its arguments, in this process; `typed` comes from standard input."""
    return CliRunner(env=env).invoke(main, [str(argument) for argument in arguments], input=typed)


def run(*arguments: object) -> tuple[int, str, str]:
    """Exit code and both outputs of a verb that ended as verbs do, not by an error of its own."""
    result = incentives(*arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr
