"""The appendix: everything behind the two pages, in the order in which people ask."""

from __future__ import annotations

from reports.board.company import every_game, every_rule, exposure, funnel, influence, more_pay, pay
from reports.board.first_year import first_year
from reports.board.gain import gain_split, tornado
from reports.board.limits import frontiers, rule_prices
from reports.board.luck import objectives, payouts
from reports.board.other_plans import alternatives, near_ties, unmoved, weights_moved
from reports.board.plans import plans_side_by_side
from reports.board.provisional import provisional_values
from reports.board.robustness import guarantees, robustness
from reports.board.side_effects import side_effects
from reports.board.trust import assumptions, glossary, method, proof
from reports.run import RunContent
from reports.typesetting.blocks import Block
from reports.words.catalogue import Words
from reports.words.sentences import Tables


def chapters(words: Words, tables: Tables, run: RunContent) -> list[Block]:
    """Chapters that have something to say; those about a plan only where there is one."""
    planned = bool((tables["plans"]["kind"] == "chosen").any())
    parts = [
        plans_side_by_side(words, tables),
        *(_of_the_plan(words, tables) if planned else []),
        frontiers(words, tables),
        funnel(words, tables),
        influence(words, tables),
        more_pay(words, tables),
        exposure(words, tables),
        side_effects(words, tables),
        *([pay(words, tables)] if planned else []),
        payouts(words, tables),
        first_year(words, tables),
        objectives(words, tables),
        *((every_rule(words, tables), every_game(words, tables)) if planned else []),
        provisional_values(words, tables),
        assumptions(words, tables),
        proof(words, tables, run) if planned else None,
        method(words, tables),
        glossary(words),
    ]
    return [part for part in parts if part is not None]


def _of_the_plan(words: Words, tables: Tables) -> list[Block | None]:
    return [
        gain_split(words, tables),
        weights_moved(words, tables),
        unmoved(words, tables),
        near_ties(words, tables),
        alternatives(words, tables),
        tornado(words, tables),
        robustness(words, tables),
        guarantees(words, tables),
        rule_prices(words, tables),
    ]
