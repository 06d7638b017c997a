"""The section of a map that says which questions of `incentives start` the exports answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from optimizer.scenario.start.answer_types import Lang
from optimizer.scenario.value_types import Frozen, Name

Sources = Annotated[tuple[str, ...], Field(strict=False)]


class SourceKinds(Frozen):
    """Which sources bring leads in which way; rows of other sources are not counted, and said."""

    campaign: Sources = ()
    """Advertising, mail, content: what marketing brings. Where no list names a source, every lead is one."""
    event: Sources = ()
    """Webinars, trade shows."""
    hot: Sources = ()
    """People who ask by themselves: a demonstration, a quote."""
    referral: Sources = ()
    """Contacts that reach sales directly."""
    own: Sources = ()
    """Cold calls and own networks of the people who sell."""

    @property
    def named(self) -> dict[str, str]:
        """How the leads of each source arrive."""
        return {source: kind for kind, sources in self for source in sources}


class StartQuestions(Frozen):
    """Which questions of `incentives start` the exports answer (`--answers-out`)."""

    archetype: str
    """Kind of company, which decides what is asked: `saas_sdr`, `distribution`, `services`, `training`,
    `marketplace`, `branch`, `partners`."""
    company: str | None = None
    """Name on reports; default: the map's label or name."""
    lang: Lang = "en"
    """Language of the answers."""
    meeting: Name | None = None
    """The step of `deals.steps` that is a meeting held."""
    offer: Name | None = None
    """The step that is an offer handed over."""
    fit: Name | None = None
    """The step of leads that are in the target."""
    sources: SourceKinds = SourceKinds()
    """How the leads of each source arrive."""

    def steps(self) -> Iterator[tuple[str, str]]:
        """Roles and the steps named for them."""
        for role in ("meeting", "offer", "fit"):
            step = getattr(self, role)
            if step is not None:
                yield role, step
