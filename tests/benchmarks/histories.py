"""What `calibrate` says of synthetic histories whose truth is known: a row per kind.

    uv run python -m tests.benchmarks.histories --count 200

Exit code 1 where it misses what is asked: false claims of skill, of a change and of a rush at the ends of
quarters in at most 5 % of histories; skill found in 8 of 10; every change of the rate said; win rate, mean
lag and the scenario's yield within their 95 % intervals in 90 to 99 % of histories, of all together and, but
for chance, of each kind; what was entered twice counted exactly. A yield is held against the rate today.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from click.testing import CliRunner
from scipy import stats

import optimizer.cli

from . import make_histories

KINDS: tuple[str, ...] = make_histories.KINDS
COVERED = ("rate", "lag", "yielded")
LEAST, MOST = 0.90, 0.99
MAP = Path(__file__).parent.parent / "cases" / "history" / "map_histories.yaml"
ASSUMED = {
    "placeholders": True,
    "marketing": {"headcount": 1, "hours": 90000, "base_pay": 11000, "target_pay": 2000},
    "sales": {"headcount": 3, "hours": 90000, "base_pay": 27000, "target_pay": 18000},
    "work": {"campaign": 1.0, "prompt": 2.0, "late": 1.6, "touch": 0.2},
    "margin": 0.5,
    "current_plan": {"marketing": {"leads": 1}, "sales": {"wins": 1}},
}
"""So that a scenario is written, whose yield is looked at."""


@dataclass(frozen=True)
class Said:
    """What was said of one history, against its truth."""

    kind: str
    skill: bool
    named: int
    persons: int
    rate: bool
    """The win rate is within its interval; likewise the mean lag, and the scenario's yield."""
    lag: bool
    yielded: bool
    change: bool
    dated: bool
    """A change that was is within the days between which it is said to lie."""
    rush: bool
    """Wins are said to crowd at the ends of quarters, which they never do here."""
    duplicates: bool
    """As many rows were counted as entered twice as were."""


def said_of(kind: str, seed: int, **given: float) -> Said:
    """One history through the verb."""
    with tempfile.TemporaryDirectory() as folder:
        content, scenario, truth = _calibrated(kind, seed, Path(folder), given)
    lag, people = content["created_to_won_allowing_for_young_leads"], content["people"]
    together = content["persons_together"]
    sold = scenario["activities"]["work_lead"]["yields"]["customer"]
    width = scenario["sources"]["activities.work_lead.yields"]["range"]
    return Said(
        kind,
        bool(together) and together["explained_by"] == "skill",
        sum(p["verdict"] != "not_distinguishable" for p in people),
        len(people),
        _within(content["rates"]["won"], truth["win_rate"]),
        lag is not None and _within(lag, truth["lag_mean"]),
        abs(sold - truth["win_rate_today"]) <= width * sold,
        bool(content["changes"]),
        any(c["earliest"] <= (truth["change_on"] or "") <= c["latest"] for c in content["changes"]),
        content["seasonality"].get("quarter_end_won", {}).get("real", False),
        _twice(content) == truth["entered_twice"],
    )


def _calibrated(
    kind: str, seed: int, folder: Path, given: Mapping[str, float]
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    rows, truth = make_histories.history(kind, seed, **given)
    make_histories.write(folder / "history.csv", rows)
    told = yaml.safe_load(MAP.read_text()) | {"assume": ASSUMED}
    (folder / "map.yaml").write_text(yaml.safe_dump(told))
    files = [
        folder / "history.csv",
        "--map",
        folder / "map.yaml",
        "--out",
        folder / "scenario.yaml",
        "--json",
    ]
    result = CliRunner().invoke(optimizer.cli.main, ["calibrate", *map(str, files)])
    if result.exit_code:
        raise RuntimeError(f"{kind} {seed}: {result.output}")
    scenario = yaml.load((folder / "scenario.yaml").read_text(), yaml.CSafeLoader)
    return json.loads(result.stdout), scenario, truth


def _within(interval: Mapping[str, float], truth: float) -> bool:
    return interval["lo"] <= truth <= interval["hi"]


def _twice(content: Mapping[str, Any]) -> int:
    return sum(rows for reason, rows in content["dropped"].items() if reason == "copy_under_new_id")


def table(every: Sequence[Said]) -> Iterator[str]:
    """A row per kind, and one for all."""
    counts = (
        "kind",
        "histories",
        "claims of skill",
        "persons named",
        "changes said",
        "dated",
        "quarter ends",
    )
    heads = (*counts, "win rate covered", "mean lag covered", "scenario yield covered")
    yield "| " + " | ".join(heads) + " |"
    yield "|---" * len(heads) + "|"
    for kind in (*dict.fromkeys(s.kind for s in every), "all"):
        mine = [s for s in every if kind in (s.kind, "all")]
        named, persons = sum(s.named for s in mine), sum(s.persons for s in mine)
        shares = (_share([getattr(s, name) for s in mine]) for name in ("rate", "lag", "yielded"))
        claims = [sum(getattr(s, name) for s in mine) for name in ("change", "dated", "rush")]
        cells = (kind, len(mine), sum(s.skill for s in mine), f"{named} of {persons}", *claims, *shares)
        yield "| " + " | ".join(map(str, cells)) + " |"


def _share(flags: Sequence[bool]) -> str:
    return f"{sum(flags) / len(flags):.1%}"


def missed(every: Sequence[Said]) -> Iterator[str]:
    """What is asked and not kept."""
    alike = [s for s in every if s.kind in make_histories.FALSE_SKILL]
    for kind in dict.fromkeys(s.kind for s in every):
        mine = [s for s in every if s.kind == kind]
        if kind in make_histories.FALSE_SKILL and sum(s.skill for s in mine) > max(1, 0.05 * len(mine)):
            yield f"{kind}: false claims of skill in more than 5 %"
        if kind == "skill" and sum(s.skill for s in mine) < 0.8 * len(mine):
            yield "skill: found in fewer than 8 of 10"
        if kind == "regime" and not all(s.change for s in mine):
            yield "regime: a change was not said"
        for name in COVERED:
            if not _within_reach([getattr(s, name) for s in mine]):
                yield f"{kind}: {name} covered in {_share([getattr(s, name) for s in mine])}"
    named, persons = sum(s.named for s in alike), sum(s.persons for s in alike)
    if named > 0.05 * persons:
        yield "more than 5 % of persons named by luck"
    steady = [s for s in every if s.kind != "regime"]
    if sum(s.change for s in steady) > 0.05 * len(steady):
        yield "a change said falsely in more than 5 %"
    if sum(s.rush for s in every) > 0.05 * len(every):
        yield "a rush at the ends of quarters said falsely in more than 5 %"
    for name in COVERED:
        share = sum(getattr(s, name) for s in every) / len(every)
        if not LEAST <= share <= MOST:
            yield f"{name}: covered in {share:.1%}"
    if not all(s.duplicates for s in every):
        yield f"rows entered twice were miscounted in {sum(not s.duplicates for s in every)} histories"


def _within_reach(covered: Sequence[bool]) -> bool:
    """Whether an interval that covers in 90 to 99 % may, in so many histories, cover as often as this one;
    by chance alone one kind in a hundred is told to miss."""
    times, n = sum(covered), len(covered)
    least, most = (float(stats.binom.ppf(level, n, p)) for level, p in ((0.01, LEAST), (0.99, MOST)))
    return least <= times <= most


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=20, help="histories of each kind")
    parser.add_argument("--kinds", nargs="*", default=KINDS, choices=KINDS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    jobs = [(kind, given.seed + i) for kind in given.kinds for i in range(given.count)]
    with ProcessPoolExecutor(given.workers) as pool:
        every = list(pool.map(said_of, *zip(*jobs, strict=True), chunksize=4))
    for line in table(every):
        print(line)
    problems = list(missed(every))
    for problem in problems:
        print(f"MISSED {problem}")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
