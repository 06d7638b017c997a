"""What things are called in a report, in both languages: scenario labels, rules, checks.

A thing without a label, or with one that documents could mostly not print, is called by its name, with spaces
for underscores.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from optimizer.response.network import LEAVE, OTHER
from optimizer.scenario.letters import is_readable
from optimizer.scenario.plan import Plan, pay_decided
from optimizer.scenario.types import Scenario
from optimizer.scenario.value_types import Label


class Text(NamedTuple):
    """The same text in English and in French."""

    en: str
    fr: str


NO_TEXT = Text("", "")


class Labelled(Protocol):
    @property
    def label(self) -> Label | None: ...


def label_of(name: str, things: Mapping[str, Labelled]) -> Text:
    """The label of a team, stage, activity, KPI or regime; else its name in plain words."""
    return _readable(things[name].label if name in things else None, name)


def _readable(label: Label | None, name: str) -> Text:
    """The label; the name in a language whose text documents could mostly not print."""
    named = plain(name)
    if label is None:
        return named
    texts = ((label.en, named.en), (label.fr, named.fr))
    return Text(*(text if is_readable(text) else name for text, name in texts))


def plain(name: str) -> Text:
    """`lead_volume` as "Lead volume"."""
    words = name.replace("_", " ")
    words = words[:1].upper() + words[1:]
    return Text(words, words)


def scenario_label(scenario: Scenario) -> Text:
    return _readable(scenario.label, scenario.name)


def activity_label(scenario: Scenario, name: str) -> Text:
    """Activities of the file, units left unworked at a stage, and the remaining hours of a team."""
    if name.startswith(LEAVE):
        stage = label_of(name.removeprefix(LEAVE), scenario.stages)
        return Text(f"Left unworked: {stage.en}", f"Non traités : {stage.fr}")
    if name.startswith(OTHER):
        return Text("Other work", "Autres tâches")
    return label_of(name, scenario.activities)


NOBODY = Text("Nobody", "Personne")
"""Works a last stage."""

OWN_PLANS = {
    "current": Text("Current plan", "Plan actuel"),
    "equal": Text("Equal weights", "Poids égaux"),
    "chosen": Text("Recommended plan", "Plan recommandé"),
    "nominal": Text("Best at the stated numbers", "Meilleur aux chiffres indiqués"),
}
"""Plans that the file need not name, by their kind."""

SWINGS = Text("what the gain is when a number is off", "le gain si un chiffre est inexact")
"""What a run may have had no time to explain; manifests say it in English."""

CURRENT_IS_BEST = Text(
    "Current plan, also the best at the stated numbers",
    "Plan actuel, aussi le meilleur aux chiffres indiqués",
)

RULES = {
    "target_pay": Text("Target pay", "Variable cible"),
    "weights.max": Text("Largest weight", "Poids le plus élevé"),
    "weights.min": Text("Smallest weight in use", "Plus petit poids utilisé"),
    "weights.max_measures": Text("Number of KPIs", "Nombre d’indicateurs"),
    "measures": Text("Weight on KPIs not offered", "Poids sur des indicateurs non proposés"),
    "locks": Text("Locked weight", "Poids verrouillé"),
    "change_limit": Text("Change of weights", "Changement des poids"),
    "controllability.floor": Text(
        "Least controllability of a KPI", "Contrôlabilité minimale d’un indicateur"
    ),
    "controllability.mean": Text("Mean controllability", "Contrôlabilité moyenne"),
    "budget": Text("Budget (loaded)", "Budget (charges comprises)"),
    "budget.expected": Text("Budget (loaded)", "Budget (charges comprises)"),
    "budget.teams": Text("Team budget (loaded)", "Budget d’équipe (charges comprises)"),
    "budget.cvar": Text(
        "Mean payout of the worst cases (loaded)", "Primes moyennes des pires cas (chargées)"
    ),
    "budget.percentile": Text(
        "Payout in all but the worst cases (loaded)", "Primes hors pires cas (chargées)"
    ),
    "budget.min_share_of_target": Text("Guaranteed part of target pay", "Part garantie du variable cible"),
    "gaming": Text("Gaming cap", "Plafond de contournement"),
    "gaming.caps": Text("Gaming cap", "Plafond de contournement"),
    "gaming.tolerance": Text("Tolerance of gaming", "Tolérance au contournement"),
    "gaming.margin": Text("Deterrence margin", "Marge de dissuasion"),
    "gaming.pairs": Text("Volume beyond quality", "Volume au-delà de la qualité"),
    "gaming.exposure": Text("Exposure to another team", "Exposition à une autre équipe"),
}
"""Rules by the start of their name; what follows in the name are teams, KPIs, activities, regimes."""

CHECKS = {
    "gap": Text("Gap to the bound", "Écart à la borne"),
    "no_better_plan": Text(
        "No plan that looks better is better", "Aucun plan d’apparence meilleure ne l’est"
    ),
    "rules": Text("Every rule holds", "Toutes les règles sont respectées"),
    "model_accepts_plan": Text("The model accepts the plan", "Le modèle accepte le plan"),
    "model_value": Text("Model and response agree", "Modèle et réponse concordent"),
    "regret": Text("Nobody would do otherwise", "Personne n’agirait autrement"),
    "bounds": Text("Within the model’s bounds", "Dans les bornes du modèle"),
    "equilibrium_residual": Text("Beliefs agree with facts", "Les anticipations concordent avec les faits"),
    "one_equilibrium": Text("One equilibrium from two starts", "Un seul équilibre depuis deux départs"),
    "denominator_floor": Text("No rate is starved", "Aucun taux n’est asséché"),
    "global_response": Text("Nobody would do quite other work", "Personne ne travaillerait tout autrement"),
    "every_curve": Text("Every choice of curves was settled", "Chaque choix de courbes est tranché"),
    "enumeration": Text("Full enumeration at a coarser step", "Énumération complète à pas plus large"),
    "robust": Text(
        "The best at these numbers is the most robust", "Le meilleur à ces chiffres est le plus robuste"
    ),
    "every_plan_judged": Text("Every plan was judged", "Tous les plans ont été évalués"),
    "model_cvar": Text("Model and response agree on worst cases", "Modèle et réponse : mêmes pires cas"),
    "realised_cvar": Text("Worst cases paid are those judged", "Les pires cas payés sont ceux évalués"),
    "cvar_sample": Text("Worst cases on another sample", "Pires cas sur un autre échantillon"),
    "percentile_sample": Text(
        "All but the worst cases on another sample", "Hors pires cas sur un autre échantillon"
    ),
    "solver": Text("The solver answered", "Le solveur a répondu"),
    "time": Text("Within the time limit", "Dans le temps imparti"),
}

NO_GUARANTEE = {
    "unpaid": Text("no variable pay", "pas de variable"),
    "risk": Text("the team is averse to risk", "l’équipe craint le risque"),
    "curve": Text("pay has a threshold, cap, gate or bend", "la prime a un seuil, un plafond ou un palier"),
    "rate": Text("the team is paid on a rate", "l’équipe est payée sur un taux"),
    "targets": Text("targets follow results", "les objectifs suivent les résultats"),
    "later": Text("credit or pay comes later and counts less", "le mérite ou la prime arrive plus tard"),
    "cost": Text("some work is its own reward", "une part du travail est sa propre récompense"),
    "no_share": Text(
        "pay is not a share of what the company gets",
        "la prime n’est pas une part de ce que gagne la société",
    ),
    "others": Text("other teams bring it about too", "d’autres équipes y contribuent aussi"),
}
"""Why nothing is guaranteed of a team's pay (`optimizer.risk.guarantee`)."""

STATUSES = {
    "optimal": Text("Proven optimal", "Optimum prouvé"),
    "feasible": Text("Keeps the rules, not proven best", "Respecte les règles, optimum non prouvé"),
    "infeasible": Text("No plan keeps all rules", "Aucun plan ne respecte toutes les règles"),
    "unproven": Text(
        "No plan found that keeps the rules (not proven that none exists)",
        "Aucun plan trouvé qui respecte les règles (rien ne prouve qu’il n’en existe pas)",
    ),
    "no_equilibrium": Text("No equilibrium found", "Aucun équilibre trouvé"),
    "error": Text("A check failed", "Un contrôle a échoué"),
}


CAUSES = {
    "volume": Text("Volume", "Volume"),
    "quality": Text("Quality", "Qualité"),
    "conversion": Text("Conversion", "Conversion"),
    "retention": Text("Retention", "Fidélisation"),
    "gaming": Text("Gaming avoided", "Contournements évités"),
    "payout": Text("Payouts (loaded)", "Primes (charges comprises)"),
}
REASONS = {
    "no_gain": Text("Brings nothing more", "N’apporte rien de plus"),
    "rule": Text("Would bring more, but breaks a rule", "Apporterait plus, mais enfreint une règle"),
    "no_equilibrium": Text("Beliefs do not settle", "Les anticipations ne se stabilisent pas"),
}
CHANGES = {
    "relaxed": Text("Relaxed by one step", "Assouplie d’un pas"),
    "removed": Text("Removed", "Supprimée"),
}
OVERS = {
    "budget": Text("Budget (loaded)", "Budget (charges comprises)"),
    "gaming": Text("Tolerance of gaming", "Tolérance au contournement"),
    "controllability": Text("Least mean controllability", "Contrôlabilité moyenne minimale"),
}
"""Limits that a frontier varies."""


def shift_label(
    scenario: Scenario, before: Mapping[str, Mapping[str, float]], after: Mapping[str, Mapping[str, float]]
) -> Text:
    """One plan against another: "Sales: more Bookings, no Retention". Empty where they are the same."""
    parts = [
        _shifted(label_of(team, scenario.teams), scenario, before.get(team, {}), after.get(team, {}))
        for team in scenario.teams
        if before.get(team, {}) != after.get(team, {})
    ]
    return Text("; ".join(p.en for p in parts), " ; ".join(p.fr for p in parts))


def _shifted(team: Text, scenario: Scenario, before: Mapping[str, float], after: Mapping[str, float]) -> Text:
    words = {
        "more": Text("more", "plus de"),
        "less": Text("less", "moins de"),
        "none": Text("no", "plus aucun poids sur"),
        "new": Text("new:", "nouveau :"),
    }
    found = []
    for kpi in scenario.kpis:
        was, now = before.get(kpi, 0.0), after.get(kpi, 0.0)
        if was != now:
            how = "none" if not now else "new" if not was else "more" if now > was else "less"
            found.append((words[how], label_of(kpi, scenario.kpis)))
    en = ", ".join(f"{how.en} {kpi.en}" for how, kpi in found)
    fr = ", ".join(f"{how.fr} {kpi.fr}" for how, kpi in found)
    return Text(f"{team.en}: {en}", f"{team.fr} : {fr}")


def plan_text(scenario: Scenario, weights: Mapping[str, Mapping[str, float]]) -> Text:
    """A plan in full: "Sales: Bookings (70%), Retention (30%)", team after team."""
    parts = [_paid_on(scenario, team, weights[team]) for team in scenario.teams if weights.get(team)]
    return Text("; ".join(p.en for p in parts), " ; ".join(p.fr for p in parts))


def whole_plan_text(scenario: Scenario, plan: Plan) -> Text:
    """With the curves chosen, and target pay where it is a decision."""
    found = [plan_text(scenario, plan.weights)]
    for team, curve in plan.curves.items():
        label = label_of(team, scenario.teams)
        found.append(Text(f"{label.en}: curve {curve}", f"{label.fr} : courbe {curve}"))
    for team, euros in pay_decided(scenario, plan).items():
        label, pay = label_of(team, scenario.teams), f"{euros:,.0f}"
        at = f"{pay.replace(',', ' ')} à objectif atteint"
        found.append(Text(f"{label.en}: {pay} at target", f"{label.fr} : {at}"))
    return Text("; ".join(f.en for f in found), " ; ".join(f.fr for f in found))


def _paid_on(scenario: Scenario, team: str, weights: Mapping[str, float]) -> Text:
    label = label_of(team, scenario.teams)
    paid = [(label_of(kpi, scenario.kpis), f"{100 * weight:g}") for kpi, weight in weights.items()]
    en = ", ".join(f"{kpi.en} ({share}%)" for kpi, share in paid)
    fr = ", ".join(f"{kpi.fr} ({share.replace('.', ',')} %)" for kpi, share in paid)
    return Text(f"{label.en}: {en}", f"{label.fr} : {fr}")


def plan_label(kind: str, name: str) -> Text:
    return OWN_PLANS.get(kind) or plain(name)


def check_label(name: str) -> Text:
    return CHECKS.get(name) or plain(name)


def rule_label(scenario: Scenario, name: str) -> Text:
    """`budget.teams.sales` as "Team budget (loaded): Account executives"."""
    head, rest = _split(_with_names(scenario, name))
    if not rest:
        return RULES.get(head) or plain(name)
    parts = [_part(scenario, p) for p in rest]
    en, fr = ", ".join(p.en for p in parts), ", ".join(p.fr for p in parts)
    phrase = RULES.get(head) or plain(head)
    return Text(f"{phrase.en}: {en}", f"{phrase.fr} : {fr}")


def _with_names(scenario: Scenario, name: str) -> str:
    """A pair may be called by its place in the list; then by its team and KPI."""
    start, _, place = name.rpartition(".")
    if start != "gaming.pairs" or not place.isdigit() or scenario.rules.gaming is None:
        return name
    pair = scenario.rules.gaming.pairs[int(place)]
    return f"{start}.{pair.team}.{pair.volume}"


def _split(name: str) -> tuple[str, list[str]]:
    """The longest known start of a rule's name, and the rest of it."""
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        head = ".".join(parts[:count])
        if head in RULES:
            return head, parts[count:]
    return parts[0], parts[1:]


def part_label(scenario: Scenario, part: str) -> Text:
    """One of several numbers under a path: a stage or activity by its label, a key in words."""
    parts = [
        activity_label(scenario, name) if name in scenario.activities else _key(scenario, name)
        for name in part.split(".")
    ]
    return Text(" ".join(p.en for p in parts), " ".join(p.fr for p in parts))


BOUNDS = {"min": Text("at least", "au moins"), "max": Text("at most", "au plus")}


def _part(scenario: Scenario, name: str) -> Text:
    for things in (scenario.teams, scenario.kpis, scenario.regimes):
        if name in things:
            return label_of(name, things)
    if name in scenario.activities or name.startswith((LEAVE, OTHER)):
        return activity_label(scenario, name)
    return BOUNDS.get(name) or plain(name)


PATHS = {
    "risk_aversion": Text("risk aversion", "aversion au risque"),
    "responsiveness": Text("responsiveness", "réactivité"),
    "discount": Text("patience", "patience"),
    "target_pay": Text("target pay", "variable cible"),
    "base_pay": Text("fixed pay", "fixe"),
    "hour_value": Text("value of an hour", "valeur d’une heure"),
    "charges": Text("employer charges", "charges patronales"),
    "hours": Text("hours", "heures"),
    "headcount": Text("headcount", "effectif"),
    "value": Text("value per unit", "valeur unitaire"),
    "inflow": Text("inflow", "flux entrant"),
    "yields": Text("yields", "rendements"),
    "cash": Text("direct cost", "coût direct"),
    "lag": Text("delay", "délai"),
    "baseline": Text("volume today", "volume actuel"),
    "reach": Text("natural scale", "ampleur naturelle"),
    "entry": Text("reluctance to start", "réticence initiale"),
    "noise": Text("luck", "aléa"),
    "target": Text("target", "objectif"),
    "curve": Text("pay curve", "courbe de paie"),
    "cap": Text("cap", "plafond"),
    "timing": Text("choice of the period", "choix de la période"),
    "share": Text("movable share", "part déplaçable"),
    "loss": Text("lost by moving", "perte au déplacement"),
    "floor": Text("guarantee", "garantie"),
    "slope": Text("slope", "pente"),
    "threshold": Text("threshold", "seuil"),
    "accelerators": Text("accelerators", "accélérateurs"),
    "gate": Text("gate", "condition"),
    "vesting": Text("paid later", "versement différé"),
    "stretch": Text("stretch", "marge d’ambition"),
    "numerator": Text("what counts", "ce qui compte"),
    "entering": Text("what counts", "ce qui compte"),
    "denominator": Text("divided by", "divisé par"),
    "entering_denominator": Text("divided by", "divisé par"),
}
"""Keys of a scenario file, in words."""


def path_label(scenario: Scenario, path: str) -> Text:
    """`activities.touch_fit.yields` as "Mechanical touch: yields"."""
    section, *rest = path.split(".")
    sections: dict[str, Mapping[str, Labelled]] = {
        "teams": scenario.teams,
        "stages": scenario.stages,
        "activities": scenario.activities,
        "kpis": scenario.kpis,
    }
    things = sections.get(section, {})
    if not rest or rest[0] not in things:
        return plain(path.replace(".", " "))
    owner = label_of(rest[0], things)
    keys = [_key(scenario, key) for key in rest[1:]]
    en, fr = " ".join(k.en for k in keys), " ".join(k.fr for k in keys)
    return Text(f"{owner.en}: {en}", f"{owner.fr} : {fr}") if keys else owner


def _key(scenario: Scenario, key: str) -> Text:
    """A key in words; under `yields`, a stage by its label."""
    return PATHS.get(key) or label_of(key, scenario.stages)
