"""How generated companies do: `uv run python -m tests.benchmarks.start --count 20 [--solve] [--kind branch]`.

Random sets of answers (tests/random_answers.py) are generated, checked, and with --solve solved; counts of
statuses, of numbers not found again and of plans that a professional would not sign, and processor time, per
kind.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from random_answers import KINDS, attempt, laughable, not_found_again, random_answers, run

from optimizer import read_scenario
from optimizer.solver import solve


def judged(kind: str, seed: int, solved: bool, folder: Path) -> tuple[str, float]:
    """What became of one set, and seconds of processor time since it was drawn."""
    content = random_answers(kind, seed, folder)
    begin = time.process_time()
    result = attempt(content, folder / "given")
    if result.exit_code:
        return f"refused: {json.loads(result.stdout)['problems'][0]['message']}", time.process_time() - begin
    told, made = json.loads(result.stdout), folder / "given" / "made"
    if wrong := not_found_again(kind, told):
        return f"not found again: {wrong[0]['id']}", time.process_time() - begin
    if run("check", str(made)).exit_code:
        return "check refuses", time.process_time() - begin
    status = _solved(kind, made) if solved else "checks"
    return status, time.process_time() - begin


def _solved(kind: str, made: Path) -> str:
    scenario = read_scenario(made)
    solution = solve(scenario)
    if solution.chosen is None:
        return f"{solution.status}: no plan"
    bad = laughable(kind, scenario, solution.chosen.plan.weights)
    return f"laughable: {bad[0]}" if bad else solution.status


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--solve", action="store_true")
    parser.add_argument("--kind", choices=KINDS, action="append")
    asked = parser.parse_args()
    for kind in asked.kind or KINDS:
        found: Counter[str] = Counter()
        times = []
        for seed in range(asked.first, asked.first + asked.count):
            with tempfile.TemporaryDirectory() as folder:
                status, seconds = judged(kind, seed, asked.solve, Path(folder))
            found[status] += 1
            times.append(seconds)
            if status not in ("optimal", "checks"):
                print(f"  {kind} seed {seed}: {status}", flush=True)
        times.sort()
        middle, longest = times[len(times) // 2], times[-1]
        print(f"{kind}: {dict(found)}; {middle:.1f} s in the middle, {longest:.1f} s at most", flush=True)


if __name__ == "__main__":
    main()
