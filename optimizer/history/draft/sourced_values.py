"""A scenario being written down: its values, and where each of them comes from."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from optimizer.history.estimate import timing
from optimizer.history.estimate.history_study import Study
from optimizer.history.estimate.rates import Rate
from optimizer.history.estimate.timing import WEEKS_NEEDED
from optimizer.history.read.maps.assumptions import Assume
from optimizer.history.read.maps.mapping import WEEKS

Said = tuple[str, str]
"""A text in English and in French."""
ASSUMED_RANGE = 0.3
INVENTED_RANGE = 0.5
"""Of a number that nobody has given: wide, and a guess too."""
WIDEST = 0.95
BEHAVIOUR_FACTOR = 2.0
"""How far numbers about people may be off that nobody measured here: half to double."""
LABELS = {
    "good_lead": ("Promising lead", "Lead prometteur"),
    "lead": ("Lead", "Lead"),
    "customer": ("Customer", "Client"),
    "prompt": ("Answered in time", "Réponse dans les délais"),
    "late": ("Answered late", "Réponse tardive"),
    "work": ("Worked", "Traitement"),
    "touch": ("Mere touch", "Simple relance"),
    "leads": ("Leads", "Leads"),
    "good_leads": ("Promising leads", "Leads prometteurs"),
    "answered_in_time": ("Share answered in time", "Part des réponses dans les délais"),
    "wins": ("New customers", "Nouveaux clients"),
    "marketing": ("Marketing", "Marketing"),
    "sdr": ("SDR", "Prospection (SDR)"),
    "sales": ("Sales", "Commerciaux"),
    "success": ("Customer success", "Suivi client"),
    "handed_lead": ("Lead handed over", "Lead transmis"),
    "handed_over": ("Leads handed over", "Leads transmis"),
    "kept_customer": ("Customer kept", "Client conservé"),
    "kept": ("Customers kept", "Clients conservés"),
    "close": ("Follow up", "Suite donnée"),
    "keep": ("Care", "Accompagnement"),
    "all_sources": ("All sources", "Toutes origines"),
    "unknown_source": ("Source unknown", "Origine inconnue"),
}
Tree = dict[str, Any]


def _empty() -> Tree:
    return {"stages": {}, "activities": {}, "kpis": {}, "placeholders": [], "sources": {}}


@dataclass
class Draft:
    """A scenario being written, with its sources."""

    study: Study
    assume: Assume
    tree: Tree = field(default_factory=_empty)

    def source(
        self,
        path: str,
        text: Said,
        width: float | None = None,
        factor: float | None = None,
        kind: str = "measured",
    ) -> None:
        """`width` is the relative half width of the number's interval; `factor` stands in place of it."""
        given: Tree = {"text": {"en": text[0], "fr": text[1]}, "kind": kind}
        if factor is not None:
            given["factor"] = factor
        elif width is not None and math.isfinite(width):
            given["range"] = round(min(WIDEST, abs(width)), 4)
        self.tree["sources"][path] = given

    def assumed(
        self, path: str, text: Said, width: float | None = ASSUMED_RANGE, factor: float | None = None
    ) -> None:
        """A number of the map; one that nobody has given is provisional, its range wide or unknown."""
        if not self.assume.placeholders:
            self.source(path, joined(said("assumed"), text), width, factor, "assumed")
            return
        self.tree["placeholders"].append(path)
        wide = None if width is None else max(width, INVENTED_RANGE)
        more = [said("unknown")] if wide is None and factor is None else []
        self.source(path, joined(said("placeholder"), text, *more), wide, factor, "assumed")

    @property
    def answers(self) -> str:
        """The team that answers leads."""
        return "sales" if self.study.given.deals.handover is None else "sdr"

    @property
    def leads_to(self) -> tuple[str, str]:
        """The stage that answered leads may come to, and the column of leads that did."""
        step = self.study.given.deals.handover
        return ("customer", "won") if step is None else ("handed_lead", f"step_{step}")

    def guessed(self, path: str, text: Said, width: float | None = None, factor: float | None = None) -> None:
        """A number that neither the exports nor the map say."""
        self.source(path, joined(said("guessed"), text), width, factor, "assumed")

    @property
    def where(self) -> Said:
        """The rows that rates are taken from, in words."""
        return where_in(self.study)


@cache
def _texts() -> dict[str, list[str]]:
    texts: dict[str, list[str]] = json.loads(Path(__file__).with_name("said.json").read_text("utf-8"))
    return texts


def said(key: str, **values: str | Said) -> Said:
    """A text of `said.json`; numbers among its values are written as each language writes them."""
    pairs = {name: v if isinstance(v, tuple) else (v, in_french(v)) for name, v in values.items()}
    en, fr = _texts()[key]
    return (
        en.format(**{name: pair[0] for name, pair in pairs.items()}),
        fr.format(**{name: pair[1] for name, pair in pairs.items()}),
    )


def where_in(study: Study) -> Said:
    """The leads old enough to be judged, in words."""
    files = ", ".join(study.history.files["deals"])
    return said("where", files=as_it_is(files), day=str(study.mature_before))


def as_it_is(text: str) -> Said:
    """A name, which no language changes."""
    return text, text


def joined(*parts: Said) -> Said:
    return "; ".join(en for en, _ in parts), " ; ".join(fr for _, fr in parts)


def in_french(numbers: str) -> str:
    """Decimal commas, and semicolons between the ends of an interval."""
    return re.sub(r"(?<=\d)\.(?=\d)", ",", re.sub(r"(\[[^],]*), ", "\\1 ; ", numbers))


def label(name: str, more: str = "") -> Tree:
    en, fr = LABELS.get(name, (name, name))
    return {"en": f"{en}{more}", "fr": f"{fr}{more}"}


def work_label(kind: str, stage: str) -> Tree:
    """Of one way of working a stage."""
    (en, fr), (stage_en, stage_fr) = LABELS[kind], LABELS[stage]
    return {"en": f"{en}: {stage_en}", "fr": f"{fr} : {stage_fr}"}


def count_width(draft: Draft, leads: pl.DataFrame) -> float:
    """How far the mean volume of a period may be off after as many weeks as were seen, by the scatter of
    these leads' own weeks: small counts scatter more than large ones."""
    study, day = draft.study, dt.timedelta(days=1)
    counts = timing.weekly(leads["created"], study.first, study.mature_before - day)
    if len(counts) < WEEKS_NEEDED or not counts.sum():
        return ASSUMED_RANGE
    period = WEEKS[study.given.period]
    return 1.96 * timing.period_noise(counts, period).sd / math.sqrt(study.weeks / period)


def below(value: float) -> float:
    """Six significant digits, rounded down."""
    if value <= 0:
        return 0.0
    scale = 10 ** (5 - math.floor(math.log10(value)))
    return float(math.floor(value * scale) / scale)


def short(value: float) -> float:
    """Four significant digits: more would pretend."""
    return float(f"{value:.4g}")


def in_words(rate: Rate) -> str:
    return f"{rate.k}/{rate.n} = {rate.rate:.4f} [{rate.lo:.4f}, {rate.hi:.4f}]"


def half_width(rate: Rate) -> float:
    return (rate.hi - rate.lo) / 2 / rate.rate if rate.k else WIDEST
