"""A batch at a terminal: one live line, plain lines elsewhere, or a JSON object per event."""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from types import TracebackType
from typing import Any

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from optimizer.runs.batch.batch_run import BatchRun
from optimizer.runs.batch.batch_run import Progress as Ended
from optimizer.runs.batch.standing import Entry
from optimizer.scenario.problems import printable
from reports.words.labelled import names_of

QUIET_SECONDS = 10.0


class ProgressView:
    """Tells how a batch goes on: stderr for people, stdout for JSON lines."""

    def __init__(self, total: int, *, lines: bool) -> None:
        self._lines, self._total, self._failed = lines, total, 0
        self._console = Console(stderr=True, highlight=False)
        self._began = self._last = time.monotonic()
        self._known = 0
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TextColumn("so far,"),
            TimeRemainingColumn(),
            TextColumn("left"),
        )
        self._bar = Progress(*columns, console=self._console)
        self._task = self._bar.add_task("runs", total=total, rate="")
        self._live = self._console.is_terminal and not lines

    def __enter__(self) -> ProgressView:
        if self._live:
            self._bar.start()
        self._event("start", {"runs": self._total})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._bar.stop()

    def tell(self, ended: Ended) -> None:
        """A run that ended, or was finished before."""
        self._known += ended.known
        bad = ended.entry.status not in ("optimal", "imposed")
        self._failed += bad
        self._event("run", {**entry_json(ended.entry), "known": ended.known})
        rate = self._rate(ended.ended)
        if self._live:
            self._bar.update(self._task, completed=ended.ended, rate=rate)
        if bad and not ended.known and not self._lines:
            self._say(_in_words(ended.entry))
        elif not self._live and not self._lines and time.monotonic() - self._last > QUIET_SECONDS:
            self._last = time.monotonic()
            self._say(f"{ended.ended} of {ended.total} runs{', ' if rate else ''}{rate}{self._left(ended)}")

    def end(self, batch_run: BatchRun) -> None:
        self._event("end", json.loads(batch_run_json(batch_run))["counts"])

    def _rate(self, ended: int) -> str:
        new, seconds = ended - self._known, time.monotonic() - self._began
        rate = [f"{60 * new / seconds:.1f}/min"] if new and seconds > 1 else []
        return ", ".join(rate + ([f"{self._failed} not optimal"] if self._failed else []))

    def _left(self, ended: Ended) -> str:
        """At the rate so far."""
        new, seconds = ended.ended - self._known, time.monotonic() - self._began
        left = (ended.total - ended.ended) * seconds / new if new else 0.0
        return f", {dt.timedelta(seconds=round(left))} left" if left else ""

    def _say(self, text: str) -> None:
        self._console.print(Text(text), soft_wrap=True)

    def _event(self, name: str, content: dict[str, Any]) -> None:
        if self._lines:
            click.echo(json.dumps({"event": name, **content}, ensure_ascii=False))
            sys.stdout.flush()


def entry_json(entry: Entry) -> dict[str, Any]:
    return {
        "run": entry.name,
        "state": entry.state,
        "status": entry.status,
        "reason": printable(entry.reason),
        "seconds": entry.seconds,
        "attempts": entry.attempts,
    }


def batch_run_json(batch_run: BatchRun) -> str:
    """`{"folder", "counts": {status: runs}, "done_before", "runs": [...]}`."""
    content = {
        "folder": str(batch_run.folder),
        "counts": dict(sorted(batch_run.counts.items())),
        "done_before": batch_run.done_before,
        "runs": [entry_json(entry) for entry in batch_run.entries],
    }
    return json.dumps(content, indent=1, ensure_ascii=False)


def _in_words(entry: Entry) -> str:
    names = names_of({}, "en")
    reason = names.of("reason", entry.reason) if entry.state == "done" else entry.reason
    return f"{entry.name}: {entry.status or entry.state}, {printable(reason)}"


def show_batch_run(batch_run: BatchRun) -> None:
    """Runs by status, and where everything lies."""
    table = Table(title="Runs", title_justify="left", title_style="bold", header_style="bold")
    table.add_column("status")
    table.add_column("runs", justify="right")
    for status, count in sorted(batch_run.counts.items()):
        table.add_row(Text(status), str(count))
    console = Console(highlight=False)
    console.print(table)
    if batch_run.counts["failed"]:
        console.print(Text("Once their reasons are dealt with, --retry failed does the failed ones again."))
    before = (
        f"{batch_run.done_before} of {len(batch_run.jobs)} were finished before. "
        if batch_run.done_before
        else ""
    )
    console.print(Text(f"{before}Index and summary in {batch_run.folder}"), soft_wrap=True)
