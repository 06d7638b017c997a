"""Rule R7: value, once, with a named horizon.

p is the price (a year of it where it recurs), m the margin, d a discount, r the retention after a year, N the
horizon in years. A discount comes off the margin, as the cost of serving does not fall. The first year's
retention sits in the yields of onboarding; years 2 to N count p m r^(t-1) / 1.1^t with t from 1. Where a sale
can be undone (its answers have a share of sales that lapse), half of the margin arises at signature and
half on completion, and no discount is asked; years 2 to N come on top of the second half.
"""

from __future__ import annotations

from optimizer.scenario.start.company import Company
from optimizer.scenario.start.library import LIBRARY
from optimizer.scenario.start.numbers import exactly

MONTHS_A_YEAR = 12
AT_SIGNATURE = 0.5
"""Share of the margin that arises then where a sale can be undone."""


def undone(company: Company) -> bool:
    """Whether sales of this kind of company can be undone."""
    return "push_share" in company.form.questions


def first_part(company: Company) -> float:
    """Share of the margin that arises at signature."""
    return AT_SIGNATURE if undone(company) else 1.0


def discount(company: Company) -> float:
    """d of a pushed sale; 0 where none is asked."""
    return company.shares.get("discount_depth", 0.0)


def amounts(company: Company) -> dict[str, float]:
    """Euros by name, for KPIs that count money."""
    price, margin, less = company.money("price"), company.shares["margin"], discount(company)
    return {
        "price": price,
        "price_discounted": exactly(price * (1 - less)),
        "margin_amount": exactly(price * margin),
        "margin_discounted": exactly(price * (margin - less)),
    }


def later_years(company: Company) -> float:
    """Years 2 to N of a customer that stayed the first [EUR]."""
    yearly = company.money("price") * company.shares["margin"]
    return worth_later(yearly, company.shares["retention"], int(company.money("horizon")))


def worth_later(yearly: float, stays: float, horizon: int) -> float:
    """Years 2 to N at so much a year, where a share `stays` from each year to the next [EUR]."""
    rate = 1 + LIBRARY.parameters["capital_rate"].mid
    return float(sum(yearly * stays ** (t - 1) / rate**t for t in range(1, horizon)))


def stage_values(company: Company) -> dict[str, float]:
    """V_n of every stage that has one [EUR/unit]."""
    return {s.id: exactly(_value(company, s.value)) for s in company.stages if s.value is not None}


def said_of(company: Company, formula: str) -> str:
    """What a formula of the library comes to in this company: a key of the sentences on values."""
    only_one = formula == "later_years" and company.money("horizon") <= 1
    if undone(company) and formula in ("first_year", "first_year_discounted"):
        return "half"
    if undone(company) and formula == "later_years":
        return "other_half" if only_one else "other_half_and_later"
    return "no_later_years" if only_one else formula


def _value(company: Company, formula: str) -> float:
    """The formulas of the library, by name."""
    price, margin = company.money("price"), company.shares["margin"]
    first = first_part(company)
    match formula:
        case "first_year":
            return price * margin * first
        case "first_year_discounted":
            return price * (margin - discount(company)) * first
        case "first_year_partner":
            return price * (margin - company.shares["partner_share"])
        case "later_years":
            return later_years(company) + price * margin * (1 - first)
        case "one_year":
            return price * margin
        case "one_period":
            return price * margin * company.months / MONTHS_A_YEAR
        case "expansion":
            return company.money("expansion_price") * margin
    raise ValueError(f"no formula of the library: {formula}")
