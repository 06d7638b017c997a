"""Verbs as tests call them."""

from __future__ import annotations

from click.testing import CliRunner, Result

from optimizer.cli import main


def incentives(*arguments: object) -> Result:
    """A verb with its arguments, in this process."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])
