"""What goes on, said on stderr: one live line in a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.text import Text

from optimizer.cli.reader import said

if TYPE_CHECKING:
    from optimizer.solver.state import Event

QUIET_SECONDS = 10.0
"""Without a terminal, progress is a plain line at most this often."""


LASTING = ("round", "interrupted")
"""Phases of a solve that stay on the screen and in the log."""


class Narrator:
    """Says on stderr what goes on: one live line in a terminal, plain lines elsewhere."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._console = Console(stderr=True, highlight=False)
        self._status = self._console.status("reading") if self._console.is_terminal else None
        self._last = time.monotonic()

    def __enter__(self) -> Narrator:
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def tell(self, event: Event) -> None:
        """Show an event of the solver."""
        if event.progress is None:
            self.say(f"{event.phase}: {event.text}", lasting=event.phase in LASTING)
            return
        known = event.progress
        best = f"best {known.incumbent:,.0f}" if np.isfinite(known.incumbent) else "no plan yet"
        bound = f"bound {known.bound:,.0f}" if np.isfinite(known.bound) else "no bound yet"
        gap = f", gap {known.gap:.2%}" if np.isfinite(known.gap) else ""
        self.say(f"{event.phase}: {best}, {bound}{gap} ({known.seconds:.0f} s)", lasting=False)

    def tell_share(self, what: str, done: int, of: int) -> None:
        """Show how many of the jobs of one kind are done."""
        self.say(f"{what}: {done} of {of}", lasting=False)

    def say(self, text: str, *, lasting: bool = True) -> None:
        """Keep a lasting line, in English for the log; show a passing one while it is true."""
        if lasting:
            self.lines.append(text)
        if self._status is not None:
            self._status.update(Text(said(text)))
            if lasting:
                self._console.print(Text(said(text)))
        elif lasting or time.monotonic() - self._last > QUIET_SECONDS:
            self._last = time.monotonic()
            self._console.print(Text(said(text)))
