"""Pictures of the concepts, from the code that they explain: `uv run python -m docs.site.concept_pictures`.

All but one are of the starter company (`incentives template`), small enough to try every plan of; exposure is
of the reference company, whose teams depend on each other more. A quarter of a minute.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

import optimizer
from docs.site.gallery import COMPANY, PICTURES, ROOT, run_verb, small
from reports.style import COLOURS

Plan = Mapping[str, Mapping[str, float]]
INK, MUTED, LINE, ACCENT, BAD, WARN, HEAT = (
    COLOURS[name] for name in ("ink", "muted", "line", "accent", "bad", "rival", "heat3")
)
SHARES = [share / 20 for share in range(20)]
"""Weights of sales on the share of leads touched, from 0 to 95 %."""


def starter() -> optimizer.Scenario:
    with tempfile.TemporaryDirectory() as folder:
        run_verb("template", "starter", within=Path(folder))
        return optimizer.read_scenario(Path(folder) / "starter")


def weights(**of: float) -> dict[str, float]:
    """Weights of a team, those of nothing left out."""
    return {kpi: weight for kpi, weight in of.items() if weight > 0}


def touched(share: float) -> Plan:
    """Sales are paid for a share of leads touched, the rest for wins; marketing for promising leads."""
    sales = weights(leads_touched=share, wins=round(1 - share, 9))
    return {"marketing": {"good_leads": 1.0}, "sales": sales, "success": {"retention": 1.0}}


def swept(scenario: optimizer.Scenario) -> list[optimizer.Evaluation]:
    return [*optimizer.compare(scenario, {str(share): touched(share) for share in SHARES}).values()]


def volumes(along: list[optimizer.Evaluation], activity: str) -> list[float]:
    place = along[0].cal.network.activities.index(activity)
    return [float(plan.consistent.x[place]) for plan in along]


def best_response(axes: Axes) -> None:
    """What sales do as more of their pay hangs on the share of leads touched."""
    along = swept(starter())
    shown = {
        "broad_sale": ("sale to a broad lead", ACCENT, "-"),
        "careful_sale": ("careful sale", INK, "-"),
        "quick_sale": ("quick sale", MUTED, "-"),
        "mere_touch": ("mere touch (gaming)", BAD, "--"),
    }
    for activity, (label, colour, dashes) in shown.items():
        of = volumes(along, activity)
        axes.plot([100 * share for share in SHARES], of, color=colour, linestyle=dashes, linewidth=2)
        axes.annotate(label, (97, of[-1]), color=colour, va="center")
    axes.set(xlim=(0, 130), xticks=range(0, 101, 20), ylim=(0, None))
    axes.set_xlabel("weight of sales on “share of leads touched”, % (the rest: new customers)", loc="left")
    axes.set_title("What sales do, units a quarter")


def controllability(axes: Axes) -> None:
    """Of each KPI, the share of its movement that each team causes."""
    scenario = starter()
    shares = optimizer.measures(scenario).controllability
    teams, kpis = [*scenario.teams], [*scenario.kpis]
    axes.imshow(
        shares.T, cmap=mpl.colors.LinearSegmentedColormap.from_list("", ["white", HEAT]), vmin=0, vmax=1
    )
    for team, kpi in itertools.product(range(len(teams)), range(len(kpis))):
        axes.text(team, kpi, f"{shares[team, kpi]:.0%}", ha="center", va="center", color=INK)
    axes.set_aspect("auto")
    axes.set_xticks(range(len(teams)), teams)
    axes.set_yticks(range(len(kpis)), [kpi.replace("_", " ") for kpi in kpis])
    axes.tick_params(length=0, labeltop=True, labelbottom=False)
    axes.set_title("Share of a KPI’s movement that a team causes; the rest is others and luck", pad=24)


def at_mercy_of(plan: optimizer.Evaluation, by: int) -> float:
    """What all other teams may lose by one team, currency per period."""
    return float(sum(plan.at_mercy[team, :, by].sum() for team in range(len(plan.at_mercy)) if team != by))


def exposure(axes: Axes) -> None:
    """Pay that others can take away at little cost to themselves, by plan and by who can."""
    scenario = optimizer.read_scenario(COMPANY)
    names = ["silo", "closing_rate", "sla_48h", "cross_weights", "aligned_reset"]
    plans = optimizer.compare(scenario, names)
    teams = [*scenario.teams]
    places = range(len(names))
    start = [0.0] * len(names)
    for by, colour in enumerate((ACCENT, HEAT, WARN, LINE)):
        amounts = [at_mercy_of(plans[name], by) for name in names]
        axes.barh(places, amounts, left=start, color=colour, label=teams[by], height=0.6)
        start = [before + more for before, more in zip(start, amounts, strict=True)]
    axes.set_yticks(places, [name.replace("_", " ") for name in names])
    axes.invert_yaxis()
    axes.set_xlim(0, 1.3 * max(start))
    axes.legend(title="who could take it away", frameon=False, loc="center right")
    axes.set_title("Variable pay at the mercy of others, EUR a quarter")


def gaming_margin(axes: Axes) -> None:
    """Gaming as the pay for it rises, its cap, and how far the recommended plan is from it."""
    scenario = starter()
    gamed = volumes(swept(scenario), "mere_touch")
    cap = dict(scenario.rules.gaming.caps)["mere_touch"]
    percent = [100 * share for share in SHARES]
    chosen = 100 * optimizer.solve(scenario).chosen.plan.weights["sales"]["leads_touched"]
    breaks = next(
        x0 + (cap - y0) / (y1 - y0) * (x1 - x0)
        for (x0, y0), (x1, y1) in itertools.pairwise(zip(percent, gamed, strict=True))
        if y0 <= cap < y1
    )
    axes.plot(percent, gamed, color=BAD, linewidth=2)
    axes.axhline(cap, color=INK, linewidth=1, linestyle="--")
    axes.annotate("cap", (1, cap + 0.6), color=INK)
    axes.axvline(chosen, color=ACCENT, linewidth=2)
    axes.annotate("recommended plan ", (chosen, 27), color=ACCENT, ha="right")
    axes.axvspan(chosen, breaks, color=HEAT, alpha=0.6, linewidth=0)
    axes.annotate(f" margin: up to {breaks:.0f} %", (breaks, 2), color=ACCENT)
    axes.set(xlim=(0, 95), ylim=(-1, None))
    axes.set_xlabel("weight of sales on “share of leads touched”, %", loc="left")
    axes.set_title("Mere touches (gaming), a quarter")


def beliefs(axes: Axes) -> None:
    """What a plan brings while people still expect of each other what was, and once they have learnt."""
    scenario = starter()
    along = swept(scenario)
    today = optimizer.evaluate(scenario).consistent.revenue
    lines = {
        "once people have learnt": ([plan.consistent.revenue - today for plan in along], ACCENT, "-"),
        "first response": ([plan.first_response.revenue - today for plan in along], MUTED, "--"),
    }
    for label, (gains, colour, dashes) in lines.items():
        axes.plot([100 * share for share in SHARES], gains, color=colour, linestyle=dashes, linewidth=2)
        axes.annotate(f" {label}", (95, gains[-1]), color=colour, va="center")
    axes.set(xlim=(0, 130), xticks=range(0, 101, 20))
    axes.set_xlabel("weight of sales on “share of leads touched”, %", loc="left")
    axes.set_title("Revenue against today, EUR a quarter")


def splits(kpis: list[str], step: int = 10) -> Iterator[dict[str, float]]:
    """Every way to share 100 % over at most two KPIs, in steps of ten."""
    yield from ({kpi: 1.0} for kpi in kpis)
    for one, other in itertools.combinations(kpis, 2):
        yield from ({one: w / 100, other: (100 - w) / 100} for w in range(step, 100, step))


def certificate(axes: Axes) -> None:
    """Every plan that the starter company's steps and measures allow, each at its own beliefs."""
    scenario = starter()
    offered = {team: [*kpis] for team, kpis in scenario.rules.measures.items()}
    teams = [*offered]
    every = itertools.product(*(splits(offered[team]) for team in teams))
    plans = {str(number): dict(zip(teams, plan, strict=True)) for number, plan in enumerate(every)}
    evaluated = optimizer.compare(scenario, plans).values()
    best = optimizer.solve(scenario).certificate.objective
    today = optimizer.evaluate(scenario).consistent.revenue
    for kept, colour, label in ((False, LINE, "breaks a rule"), (True, ACCENT, "keeps every rule")):
        of = [plan.consistent for plan in evaluated if plan.kept is kept]
        points = [(o.loaded_pay, o.revenue - today) for o in of]
        axes.scatter(*zip(*points, strict=True), s=9, color=colour, label=f"{label}: {len(of)}", linewidths=0)
    axes.axhline(best - today, color=BAD, linewidth=1)
    axes.annotate("what solve found and calls optimal", (77_500, best - today - 900), color=BAD, ha="right")
    limit = scenario.rules.budget.expected
    axes.axvline(limit, color=INK, linewidth=1, linestyle="--")
    axes.annotate(" budget", (limit, axes.get_ylim()[0]), color=INK, va="bottom")
    axes.legend(frameon=False, loc="lower left")
    axes.set_xlabel("payouts with charges, EUR a quarter", loc="left")
    axes.set_title(f"Revenue against today, EUR a quarter: all {len(plans)} plans")


CONCEPTS: dict[str, Callable[[Axes], None]] = {
    "best_response": best_response,
    "controllability": controllability,
    "exposure": exposure,
    "gaming_margin": gaming_margin,
    "beliefs": beliefs,
    "certificate": certificate,
}
"""Every picture of a concept, and what draws it."""

STYLE = {
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": MUTED,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
}


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    mpl.use("Agg")
    for name, draw in CONCEPTS.items():
        with mpl.rc_context(STYLE):
            figure, axes = plt.subplots(figsize=(8.2, 4.4), layout="constrained")
            draw(axes)
            to = PICTURES / f"{name}.png"
            figure.savefig(to, dpi=100)
            plt.close(figure)
        small(to)
        print(to.relative_to(ROOT), to.stat().st_size)


if __name__ == "__main__":
    main()
