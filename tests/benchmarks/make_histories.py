#!/usr/bin/env python3
"""Synthetic CRM histories with known truth; needs numpy only.

    python make_histories.py KIND --seed 1 --out history.csv      one history; prints its truth as JSON
    python make_histories.py all --seed 1 --count 20 --out DIR    20 of every kind; DIR/truth.json

Every history is one row per lead: Id, Created, Closed, Owner, Source, Segment, Product, Stage, Amount.
Rows are seen as on the last day of observation (`end`): what is decided later is `Open`. Names are invented.

A lead of segment g and product q, created on day t and worked by representative r, is won with probability
    p = base(t) * mix(g or q) + skill(r),
independently of all else. A won lead closes after a gamma lag (shape 1.5), a lost one after a gamma lag
(shape 1.2, mean `lost_lag`); both in whole days. `truth` says what an estimator should find:

    win_rate        probability that a lead is won in the end, averaged over the leads that were created
    win_rate_today  the same for leads created on the last day
    lag_mean, lag_median  days from creation to win, of all wins, seen or not: the mean of the law, and
                    its median from 200,000 draws
    skill           whether persons differ in p for equal leads; skill_sd: relative standard deviation
    won, lost, open counts in the file
    end             last day of observation

Kinds
    equal       all representatives alike
    undecided   alike, but every second one leaves a share of the deals open for good, whatever the outcome
    speeds      alike in p, lags from short to long by person
    segments    alike, but half of them get mostly the easy segment (column Segment)
    products    the same through the column Product
    joining     alike; the last one joined late, so has young leads only
    regime      alike; p falls from one day on, for everybody
    long_lags   alike; lags of the order of the history's length; with --days 1200 many wins take over 400
    seasons     alike; more leads in three months of every year
    duplicates  alike; a share of the leads is entered twice under a second id
    forecast    alike; open deals carry an expected closing date in the future, as many systems fill it in
    skill       persons differ: the positive control, which must be found
"""

import argparse
import csv
import json
import sys
from pathlib import Path

import numpy as np

KINDS = (
    "equal",
    "undecided",
    "speeds",
    "segments",
    "products",
    "joining",
    "regime",
    "long_lags",
    "seasons",
    "duplicates",
    "forecast",
    "skill",
)
FALSE_SKILL = tuple(kind for kind in KINDS if kind != "skill")
"""Kinds in which a claim that persons differ is false."""
COLUMNS = ("Id", "Created", "Closed", "Owner", "Source", "Segment", "Product", "Stage", "Amount")
DEFAULTS = {
    "leads": 3000,
    "reps": 8,
    "days": 546,
    "start": "2024-01-01",
    "win": 0.30,
    "lag": 40.0,
    "lost_lag": 25.0,
    "sources": 3,
    "share": 0.30,
    "easy": 0.80,
    "ratio": 2.25,
    "joined": 0.55,
    "change_at": 0.66,
    "after": 0.60,
    "season": 2.5,
    "copies": 0.15,
    "spread": 0.30,
    "slowest": 4.5,
    "long": 280.0,
}
"""share: of deals left open for good; easy: share of the easy segment for its owners; ratio: p of the easy
segment over the other's; joined, change_at: part of the history gone; after: p after the change over before;
season: leads in the season over the rest; copies: share entered twice; spread: relative sd of skill;
slowest: longest mean lag over the shortest; long: mean lag of long_lags [days]."""


def history(kind, seed, **given):
    """Rows (lists in the order of COLUMNS) and the truth of one history."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind {kind!r}; one of {', '.join(KINDS)}")
    o = {**DEFAULTS, **given}
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    n, reps, days = int(o["leads"]), int(o["reps"]), int(o["days"])
    start = np.datetime64(o["start"])
    created = _created(rng, kind, o, start)
    rep = rng.integers(0, reps, n)
    if kind == "joining":
        early = (rep == reps - 1) & (created < o["joined"] * days)
        rep = np.where(early, rng.integers(0, reps - 1, n), rep)
    mixed = kind in ("segments", "products")
    easy = rng.random(n) < (np.where(rep < reps // 2, o["easy"], 1 - o["easy"]) if mixed else 0.5)
    p = np.full(n, float(o["win"]))
    if mixed:  # the average over both halves is `win`
        hard = 2 * o["win"] / (1 + o["ratio"])
        p = np.where(easy, o["ratio"] * hard, hard)
    if kind == "regime":
        p = np.where(created < o["change_at"] * days, p, o["after"] * p)
    if kind == "skill":
        level = np.linspace(-1, 1, reps) * np.sqrt(3)
        p = p * (1 + o["spread"] * level / level.std())[rep]
    p = np.clip(p, 0, 1)
    won = rng.random(n) < p
    mean = np.full(n, float(o["long"] if kind == "long_lags" else o["lag"]))
    if kind == "speeds":
        mean = mean * np.linspace(1, o["slowest"], reps)[rep] * 2 / (1 + o["slowest"])
    lag = np.round(rng.gamma(1.5, mean / 1.5))
    lost_lag = np.round(rng.gamma(1.2, o["lost_lag"] / 1.2, n))
    closed = created + np.where(won, lag, lost_lag).astype(int)
    seen = closed <= days
    left = (rng.random(n) < o["share"]) & (rep % 2 == 0) if kind == "undecided" else np.zeros(n, bool)
    seen &= ~left
    stage = np.where(seen, np.where(won, "Won", "Lost"), "Open")
    dates = (start + closed.astype("timedelta64[D]")).astype(str)
    ahead = (start + days + rng.integers(20, 300, n).astype("timedelta64[D]")).astype(str)
    shown = np.where(seen, dates, ahead if kind == "forecast" else "")
    amount = np.round(rng.lognormal(8, 0.6, n), 2)
    segment, product = np.where(easy, "Small", "Large"), np.array(["Basic"] * n)
    if kind == "products":
        segment, product = np.array(["Small"] * n), np.where(easy, "Renewal", "New")
    elif kind != "segments":
        segment = np.where(rng.random(n) < 0.5, "Small", "Large")
        product = np.where(rng.random(n) < 0.5, "Renewal", "New")
    source = rng.integers(0, int(o["sources"]), n)
    born = (start + created.astype("timedelta64[D]")).astype(str)
    rows = [
        [
            f"D{i:06d}",
            born[i],
            shown[i],
            f"Rep {rep[i] + 1:02d}",
            f"Source {'ABCDEFGHIJ'[source[i]]}",
            segment[i],
            product[i],
            stage[i],
            f"{amount[i]:.2f}",
        ]
        for i in range(n)
    ]
    copied = 0
    if kind == "duplicates":
        again = np.flatnonzero(rng.random(n) < o["copies"])
        rows += [[f"X{i:06d}", *rows[i][1:]] for i in again]
        copied = len(again)
    late = created >= np.quantile(created, 0.95)
    means = mean[won]
    many = np.round(np.random.default_rng(0).gamma(1.5, np.resize(means, 200_000) / 1.5))
    truth = {
        "kind": kind,
        "seed": seed,
        "end": str(start + days),
        "leads": n,
        "reps": reps,
        "win_rate": float(p.mean()),
        "win_rate_today": float(p[late].mean() if kind == "regime" else p.mean()),
        "lag_mean": float(means.mean()),
        "lag_median": float(np.median(many)),
        "lags_over_400_days_seen": int((lag[won & seen] > 400).sum()),
        "skill": kind == "skill",
        "skill_sd": float(o["spread"]) if kind == "skill" else 0.0,
        "won": int((stage == "Won").sum()),
        "lost": int((stage == "Lost").sum()),
        "open": int((stage == "Open").sum()),
        "left_open_for_good": int(left.sum()),
        "entered_twice": copied,
        "change_on": str(start + int(o["change_at"] * days)) if kind == "regime" else None,
        "season_months": [11, 12, 1] if kind == "seasons" else [],
        "mean_value_of_wins": float(amount[stage == "Won"].mean()) if (stage == "Won").any() else None,
    }
    return rows, truth


def _created(rng, kind, o, start):
    """Days of creation, sorted."""
    days = np.arange(int(o["days"]))
    months = (start + days.astype("timedelta64[D]")).astype("datetime64[M]").astype(int) % 12 + 1
    weight = (
        np.where(np.isin(months, (11, 12, 1)), o["season"], 1.0) if kind == "seasons" else np.ones(len(days))
    )
    return np.sort(rng.choice(days, int(o["leads"]), p=weight / weight.sum()))


def write(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows])


def main(argv=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kind", choices=(*KINDS, "all"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--count", type=int, default=1, help="histories of each kind, with seeds seed, seed+1, ..."
    )
    parser.add_argument("--out", type=Path, help="file, or a folder with `all` or a count")
    for name, value in DEFAULTS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    a = parser.parse_args(argv)
    given = {name: getattr(a, name) for name in DEFAULTS}
    kinds = KINDS if a.kind == "all" else (a.kind,)
    many = a.kind == "all" or a.count > 1
    truths = {}
    for kind in kinds:
        for seed in range(a.seed, a.seed + a.count):
            rows, truth = history(kind, seed, **given)
            truths[f"{kind}-{seed}"] = truth
            if a.out is not None:
                a.out.mkdir(parents=True, exist_ok=True) if many else None
                write(a.out / f"{kind}-{seed}.csv" if many else a.out, rows)
    if many and a.out is not None:
        (a.out / "truth.json").write_text(json.dumps(truths, indent=1))
    json.dump(truths if many else next(iter(truths.values())), sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
