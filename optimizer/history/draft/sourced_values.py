"""A scenario being written down: its values, and where each of them comes from."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from optimizer.history.estimate import timing
from optimizer.history.estimate.history_study import Study
from optimizer.history.estimate.rates import Rate
from optimizer.history.estimate.timing import WEEKS_NEEDED
from optimizer.history.read.assumptions import Assume
from optimizer.history.read.mapping import WEEKS

PLACEHOLDER = "PLACEHOLDER of the map, ask before you rely on it"
ASSUMED = "assumed in the map"
ASSUMED_RANGE = 0.3
WIDEST = 0.95
BEHAVIOUR_FACTOR = 2.0
"""How far numbers about people may be off that nobody measured here: half to double."""
LABELS = {
    "good_lead": ("Promising lead", "Piste prometteuse"),
    "lead": ("Lead", "Piste"),
    "customer": ("Customer", "Client"),
    "prompt": ("Answered in time", "Réponse dans les délais"),
    "late": ("Answered late", "Réponse tardive"),
    "work": ("Worked", "Traitement"),
    "touch": ("Mere touch", "Simple relance"),
    "leads": ("Leads", "Pistes"),
    "good_leads": ("Promising leads", "Pistes prometteuses"),
    "answered_in_time": ("Share answered in time", "Part des réponses dans les délais"),
    "wins": ("New customers", "Nouveaux clients"),
    "marketing": ("Marketing", "Marketing"),
    "sales": ("Sales", "Ventes"),
}
Tree = dict[str, Any]


@dataclass
class Draft:
    """A scenario being written, with its sources."""

    study: Study
    assume: Assume
    tree: Tree = field(default_factory=lambda: {"stages": {}, "activities": {}, "kpis": {}, "sources": {}})

    def source(self, path: str, text: str, width: float | None = None, factor: float | None = None) -> None:
        """`width` is the relative half width of the number's interval; `factor` stands in place of it."""
        given: Tree = {"text": text}
        if factor is not None:
            given["factor"] = factor
        elif width is not None and math.isfinite(width):
            given["range"] = round(min(WIDEST, abs(width)), 4)
        self.tree["sources"][path] = given

    def assumed(
        self, path: str, text: str = "", width: float | None = ASSUMED_RANGE, factor: float | None = None
    ) -> None:
        why = PLACEHOLDER if self.assume.placeholders else ASSUMED
        self.source(path, f"{why}; {text}" if text else why, width, factor)

    @property
    def where(self) -> str:
        """The rows that rates are taken from, in words."""
        files = ", ".join(self.study.history.files["deals"])
        return f"{files}, not junk, created before {self.study.mature_before}"


def label(name: str, more: str = "") -> Tree:
    en, fr = LABELS.get(name, (name, name))
    return {"en": f"{en}{more}", "fr": f"{fr}{more}"}


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
