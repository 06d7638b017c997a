"""What the names and codes of tables are called: things of the company, rules, numbers of its file, plans.

The company's own labels come with the tables (`optimizer.tables.labels`); all else is in the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from reports.words.locales import catalogue
from reports.words.phrases import Phrases

Labels = Mapping[tuple[str, str], str]
"""What the company calls a thing, by kind and name, e.g. ("team", "sales")."""
LEAVE, OTHER, EFFORT = "leave:", "other:", "effort:"
"""Begin the names of work that no file has: units left unworked at a stage, remaining hours of a team."""
THINGS = ("company", "team", "stage", "activity", "kpi", "regime", "pair")
SECTIONS = {"teams": "team", "stages": "stage", "activities": "activity", "kpis": "kpi"}
"""Sections of the file whose things have labels."""


def plain_name(name: str) -> str:
    """`lead_volume` as "Lead volume"."""
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]


@dataclass(frozen=True)
class Names:
    """Names in one language, as they stand in a sentence or a cell, before typography."""

    phrases: Phrases
    labels: Labels

    def of(self, kind: str, name: str) -> str:
        """A name or code of a kind: a thing, one of `_COMPOSED`, or a group of the catalogue."""
        if not name:
            return ""
        put_together = _COMPOSED.get(kind)
        if put_together is not None:
            return put_together(self, name)
        return self.thing(kind, name) if kind in THINGS else self.coded(kind, name)

    def thing(self, kind: str, name: str) -> str:
        """The company's label; else its name in plain words."""
        return self.labels.get((kind, name)) or plain_name(name)

    def coded(self, group: str, code: str) -> str:
        """What the company calls it, or the catalogue at `<group>.<code>`; else the code in plain words."""
        key = f"{group}.{code}"
        if (group, code) in self.labels:
            return self.labels[group, code]
        return self.phrases.plain(key) if self._knows(key) else plain_name(code)

    def activity(self, name: str) -> str:
        """Activities of the file, units left unworked at a stage, remaining and all hours of a team."""
        if name.startswith(LEAVE):
            stage = self.thing("stage", name.removeprefix(LEAVE))
            return self.phrases.plain("activity.leave", stage=stage)
        for start, key in ((OTHER, "activity.other"), (EFFORT, "activity.effort")):
            if name.startswith(start):
                return self.phrases.plain(key, team=self.thing("team", name.removeprefix(start)))
        return self.thing("activity", name)

    def counted(self, name: str) -> str:
        """What a KPI counts: an activity done, or a stage entered."""
        known = ("stage", name) in self.labels and ("activity", name) not in self.labels
        return self.thing("stage", name) if known else self.activity(name)

    def rule(self, name: str) -> str:
        """`budget.teams.sales` as "Team budget (loaded): Account executives"."""
        parts = name.split(".")
        for count in range(len(parts), 0, -1):
            head, rest = ".".join(parts[:count]), parts[count:]
            if self._knows(f"rule.{head}"):
                phrase = self.coded("rule", head)
                return self._of(phrase, ", ".join(map(self._part_of_rule, rest))) if rest else phrase
        phrase, rest = plain_name(parts[0]), parts[1:]
        return self._of(phrase, ", ".join(map(self._part_of_rule, rest))) if rest else phrase

    def _part_of_rule(self, name: str) -> str:
        for kind in ("team", "kpi", "regime", "pair"):
            if (kind, name) in self.labels:
                return self.thing(kind, name)
        if ("activity", name) in self.labels or name.startswith((LEAVE, OTHER, EFFORT)):
            return self.activity(name)
        return self.coded("bound", name)

    def rules(self, names: str) -> str:
        """Several, as a table lists them: `budget.expected; gaming.spam`."""
        return self._joined(self.rule(name) for name in names.split("; "))

    def path(self, path: str) -> str:
        """`activities.touch_fit.yields` as "Mechanical touch: yields"."""
        section, *rest = path.split(".")
        if section == "current_plan" and len(rest) == 2:
            weight = self.phrases.plain("path.weight", kpi=self.thing("kpi", rest[1]))
            return self._of(self.thing("team", rest[0]), weight)
        kind = SECTIONS.get(section, "")
        if not rest or (kind, rest[0]) not in self.labels:
            return plain_name(path.replace(".", " "))
        owner, keys = self.thing(kind, rest[0]), " ".join(map(self._key, rest[1:]))
        return self._of(owner, keys) if keys else owner

    def part(self, part: str) -> str:
        """One of several numbers under a path: a stage or activity by its label, a key in words."""
        return " ".join(
            self.activity(name) if ("activity", name) in self.labels else self._key(name)
            for name in part.split(".")
        )

    def _key(self, key: str) -> str:
        """A key of the file in words; under `yields`, a stage by its label."""
        return self.coded("key", key) if self._knows(f"key.{key}") else self.thing("stage", key)

    def plan(self, weights: str) -> str:
        """Weights as a table has them, in full: "Sales: Bookings (70%), Retention (30%)", team after team."""
        return self._joined(self._paid_on(team, paid) for team, paid in pairs_of(weights) if paid)

    def _paid_on(self, team: str, paid: Iterable[tuple[str, str]]) -> str:
        shares = [
            self.phrases.plain(
                "paid_on.share",
                kpi=self.thing("kpi", kpi),
                share=self.phrases.write.given(100 * float(weight)),
            )
            for kpi, weight in paid
        ]
        return self._of(self.thing("team", team), ", ".join(shares))

    def shift(self, shift: str) -> str:
        """One plan against another: "Sales: more Bookings, no Retention"."""
        return self._joined(self._changes(team, told) for team, told in pairs_of(shift))

    def _changes(self, team: str, changed: Iterable[tuple[str, str]]) -> str:
        return self._of(self.thing("team", team), ", ".join(self._change(what, how) for what, how in changed))

    def _change(self, what: str, how: str) -> str:
        """More or less of a KPI, another pay at target, another curve."""
        said = self.phrases.plain
        if how == "pay":
            return said("shift.pay", pay=self._amount(what))
        if how in ("curve", "as_today"):
            return said(f"shift.{how}", curve=plain_name(what))
        return said(f"shift.{how}", kpi=self.thing("kpi", what))

    def whole_plan(self, weights: str, curves: str, target_pay: str) -> str:
        """With the curves chosen, and target pay where it is a decision, as an index has them."""
        chosen = [part.split(": ") for part in curves.split("; ") if part]
        decided = [part.split(": ") for part in target_pay.split("; ") if part]
        said = self.phrases.plain
        parts = [
            *([self.plan(weights)] if weights else []),
            *(said("paid_on.curve", team=self.thing("team", t), curve=plain_name(c)) for t, c in chosen),
            *(said("paid_on.pay", team=self.thing("team", t), pay=self._amount(pay)) for t, pay in decided),
        ]
        return self._joined(parts)

    def _amount(self, amount: str) -> str:
        return self.phrases.write.number(float(amount))

    def reason(self, reason: str) -> str:
        """Why a run is not optimal and whole: `time_limit 5; checks gap, time`."""
        return self._joined(self._shortfall(*part.split(" ", 1)) for part in reason.split("; "))

    def _shortfall(self, part: str, what: str) -> str:
        kind = {"rules": "rule", "checks": "check", "left_out": "left_out"}.get(part)
        if kind is None:
            said = self.phrases.write.given(float(what))
        else:
            said = ", ".join(self.of(kind, name) for name in what.split(", "))
        return self.phrases.plain(f"reason.{part}", what=said)

    def _of(self, thing: str, part: str) -> str:
        return self.phrases.plain("name.of", thing=thing, part=part)

    def _joined(self, parts: Iterable[str]) -> str:
        return self.phrases.plain("separator").join(parts)

    def _knows(self, key: str) -> bool:
        return key in catalogue(self.phrases.language)


def composed(kind: str) -> bool:
    """Whether names of a kind are put together from several."""
    return kind in _COMPOSED


def pairs_of(text: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """`team: KPI this, KPI that; team: ...` as (team, [(KPI, this), ...])."""
    pairs = []
    for part in text.split("; ") if text else ():
        team, _, listed = part.partition(":")
        words = [item.rsplit(" ", 1) for item in listed.strip().split(", ") if item]
        pairs.append((team, [(kpi, what) for kpi, what in words]))
    return pairs


_COMPOSED: dict[str, Callable[[Names, str], str]] = {
    "activity": Names.activity,
    "counted": Names.counted,
    "rule": Names.rule,
    "rule_list": Names.rules,
    "path": Names.path,
    "part": Names.part,
    "weights": Names.plan,
    "shift": Names.shift,
    "reason": Names.reason,
}
