"""A simulated switch at a terminal: what happens, when the gain shows, what to watch."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd

from optimizer.cli.reader import language
from optimizer.cli.show.terminal import period, row, share, show, table, units
from optimizer.tables.table import Tables
from reports.studies.transition import digits
from reports.words.catalogue import Words, words_for

_SHOWN_ACTIVITIES = 12


def show_transition(tables: Tables) -> None:
    """Sentences, then money by period, KPIs, the work that moves most, and alarms."""
    summary, words = tables["summary"].iloc[0], words_for(tables, language())
    show(*_sentences(words, summary), "")
    show(_money(tables, summary), _scores(tables, summary), _work(tables, summary))
    if len(tables["budget"]):
        show(_budget(tables, summary))
    show(*alarms(words, tables["limits"]))


def _sentences(words: Words, s: pd.Series) -> Iterator[str]:
    period, currency = s["period"].replace("_", "-"), s["currency"]
    change = "the current plan goes on" if s["goes_on"] else f"from the current plan to {s['plan']}"
    company = words.name("company", s["scenario"])
    yield (
        f"{company}: {change}, {s['periods']} {period}s, {s['draws']:,} draws (seed {s['seed']}); each "
        f"{period} people go {s['learning']:.0%} of the way from what they believed to what they saw."
    )
    if not s["goes_on"]:
        yield from _gain(s, period, currency)
    if s["timing_share"] > 0 or s["timing_share_stay"] > 0:
        yield (
            f"Moving results over the ends of {period}s costs {s['timing_share']:.1%} of gross value "
            f"(current plan: {s['timing_share_stay']:.1%})."
        )


def _gain(s: pd.Series, period: str, currency: str) -> Iterator[str]:
    yield (
        f"Net of payouts changes by {s['net_gain']:+,.0f} {currency} in all "
        f"(between {s['net_gain_p10']:+,.0f} and {s['net_gain_p90']:+,.0f} in eight draws of ten), "
        f"revenue after direct costs by {s['revenue_gain']:+,.0f}."
    )
    if math.isfinite(s["shown"]):
        yield (
            "With the same luck under both plans, the new one is ahead for good by "
            f"{period} {s['shown']:.0f} in half of the draws; by the end in {s['shown_share']:.0%}. Nobody "
            "sees both: what results can tell from luck is what `incentives pilot` says."
        )
    else:
        yield (
            "With the same luck under both plans, the new one is ahead for good by the end in "
            f"{s['shown_share']:.0%} of the draws only."
        )


def _money(tables: Tables, summary: pd.Series) -> object:
    heads = [summary["period"], "revenue", "payouts", "net", "net, current plan", "gain so far"]
    rows = table(
        f"Cash ({summary['currency']}, mean)", [*heads, "one in ten below", "one in ten above", "ahead"]
    )
    money, gains = tables["money"], tables["gains"]
    for t in range(1, int(summary["periods"]) + 1):
        means = money[money["period"] == t].set_index(["plan", "measure"])["mean"]
        gain = gains[(gains["period"] == t) & (gains["measure"] == "net")].iloc[0]
        cash = (means["change", m] for m in ("revenue", "loaded_pay", "net"))
        fan = (f"{gain[c]:+,.0f}" for c in ("mean", "p10", "p90"))
        row(
            rows,
            str(t),
            *(f"{c:,.0f}" for c in cash),
            f"{means['stay', 'net']:,.0f}",
            *fan,
            f"{gain['shown']:.0%}",
        )
    return rows


def _budget(tables: Tables, summary: pd.Series) -> object:
    """Every line of the budget in the first period and in the last."""
    last, of_period = int(summary["periods"]), period(summary["period"])
    ends, when = [f"{of_period} {t}" for t in (1, last)], f"exceeded in {of_period}s"
    heads = ["line", *ends, "standard error", "limit", when]
    rows = table(f"Budget ({summary['currency']}, over the draws)", heads, words=(when,))
    for rule, line in tables["budget"].groupby("rule", sort=False):
        amounts = (line["value"].iloc[0], line["value"].iloc[-1], line["standard_error"].iloc[-1])
        broken = ", ".join(str(t) for t in line.loc[line["exceeded"], "period"]) or "none"
        row(rows, str(rule), *(f"{v:,.0f}" for v in (*amounts, line["limit"].iloc[0])), broken)
    return rows


def _scores(tables: Tables, summary: pd.Series) -> object:
    last = int(summary["periods"])
    heads = ["KPI", "current plan", f"{period(summary['period'])} 1", f"{period(summary['period'])} {last}"]
    rows = table("Attainment (mean)", [*heads, "one in ten below", "one in ten above"])
    scores = tables["scores"].set_index(["period", "kpi"])
    for kpi in dict.fromkeys(tables["scores"]["kpi"]):
        first, last_period = scores.loc[(1, kpi)], scores.loc[(last, kpi)]
        values = (
            last_period["stay"],
            first["mean"],
            last_period["mean"],
            last_period["p10"],
            last_period["p90"],
        )
        row(rows, kpi, *map(share, values))
    return rows


def _work(tables: Tables, summary: pd.Series) -> object:
    """The activities whose volume changes most."""
    last = int(summary["periods"])
    work = tables["activities"].set_index(["period", "activity"])
    first, last_period = work.loc[1], work.loc[last]
    heads = [
        "activity",
        "current plan",
        f"{period(summary['period'])} 1",
        f"{period(summary['period'])} {last}",
        "change",
    ]
    rows = table("Work that moves most (units, mean)", heads)
    for name in last_period["moved"].sort_values(ascending=False, kind="stable").index[:_SHOWN_ACTIVITIES]:
        after, stay = last_period.loc[name, "mean"], last_period.loc[name, "stay"]
        label = f"{name} (gaming)" if last_period.loc[name, "gaming"] else name
        change = f"{after / stay - 1:+.1%}" if stay > 1e-9 else "–"
        row(rows, label, *map(units, (stay, first.loc[name, "mean"], after)), change)
    return rows


def alarms(words: Words, limits: pd.DataFrame) -> Iterator[str]:
    """What to watch: one sentence per gaming activity, those that can be told first."""
    if len(limits):
        yield "\nEarly warning (false alarms: at most 5 %)"
    for _, line in limits.sort_values("useful", ascending=False, kind="stable").iterrows():
        sign = _sign(words, line)
        if line["useful"]:
            yield (
                f"  By week {line['week']}, {sign} means gaming beyond what the plan was judged by "
                f"(seen in {line['power']:.0%} of such cases)."
            )
        else:
            yield (
                f"  Too few to tell: by week {line['week']}, {sign} is seen in only {line['power']:.0%} of "
                f"the cases in which it pays {line['misjudged']:.0%} more than believed."
            )


def _sign(words: Words, line: pd.Series) -> str:
    """What is above its limit: a share of a stage, or units."""
    limit, name = line["limit"], f"“{words.label(line, 'activity')}”"
    if limit == 0:
        return f"any {name}"
    if not line["stage"]:
        return f"{name} above {limit:,.{digits(limit)}f} units"
    return (
        f"{name} above {limit:.0%} of “{words.label(line, 'stage')}”"
        if limit >= 0.1
        else (f"{name} above {limit:.1%} of “{words.label(line, 'stage')}”")
    )
