"""The sheets of a workbook, in order: what stands where, by `optimizer.scenario.xlsx.layout`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from optimizer.scenario.charge_types import ChargeBracket
from optimizer.scenario.curve_types import LISTED, Accelerator, Curve, Vesting
from optimizer.scenario.phasing_types import Phasing, Vacancy
from optimizer.scenario.plan_types import StatedPlan, Targets
from optimizer.scenario.rule_types import Measured, Pair, Rules, TeamWeights, WeightGroup, WeightLimit
from optimizer.scenario.types import Activity, ChangedValue, Kpi, Regime, Scenario, Source, Stage, Team
from optimizer.scenario.value_types import NonNegative, Share
from optimizer.scenario.xlsx.layout import Form, Key, SheetColumn, SheetTable, columns_of


def _value(header: str, note: str, annotation: Any = float) -> tuple[SheetColumn, ...]:
    return (SheetColumn(header, (), annotation, note, required=True),)


_SIDES = ("numerator", "denominator", "entering", "entering_denominator", "noise_with")
_FACTORS = ("yields", "inflow", "value")
_TEAM = Key("team", "Name in `teams`.")
_KPI = Key("kpi", "Name in `kpis`.")
_PLAN = Key("plan", "How the plan is called.")
_WEIGHT = _value("weight", "Share of the team's target pay that hangs on this KPI; those of a team sum to 1.")


def _name(of: str) -> tuple[Key, ...]:
    return (Key("name", f"How the {of} is called everywhere else: a letter, then letters, digits and _."),)


_FORM = Key("form", "How the curve is written; one form for a curve.", LISTED)
_ATTAINMENT = SheetColumn(
    "attainment", (), NonNegative, "Where it holds; of steps and rates, from where on.", required=True
)
_FACTOR = SheetColumn("factor", (), NonNegative, "What pay is multiplied by there.", required=True)
_PAYS = SheetColumn(
    "pays",
    (),
    NonNegative,
    "Payout (points, steps), or rate × attainment (rates); 1 is pay at target.",
    required=True,
)


def _of_curves(section: str, of: str, *inside: str) -> tuple[SheetTable, ...]:
    """The lists of curves, which stand at the things of a section."""
    key = (Key(of, f"Name in `{section}`."),)
    prefix = "" if section == "curves" else f"{of}_"
    return (
        SheetTable(
            f"{prefix}points",
            f"Curves as points, steps or rates by band, by {of}; rows by rising attainment.",
            (section, 0, *inside, 1, None),
            (*key, _FORM),
            (_ATTAINMENT, _PAYS),
            pair=True,
        ),
        SheetTable(
            f"{prefix}times",
            f"What multiplies pay, by {of}: a function of the KPI in its column times.kpi.",
            (section, 0, *inside, "times", "points", None),
            key,
            (_ATTAINMENT, _FACTOR),
            pair=True,
        ),
        SheetTable(
            f"{prefix}accelerators",
            f"Steeper or flatter parts of curves above target, by {of}.",
            (section, 0, *inside, "accelerators", None),
            key,
            columns_of(Accelerator),
        ),
        SheetTable(
            f"{prefix}vesting",
            f"What curves pay later, by {of}.",
            (section, 0, *inside, "vesting", None),
            key,
            columns_of(Vesting),
        ),
    )


def _issued() -> tuple[SheetColumn, ...]:
    """Mode and stretch of a plan's targets, for which there is one place in the file."""
    return tuple(
        replace(column, header=f"targets.{column.header}", path=("targets", *column.path), default="")
        for column in columns_of(Targets)
    )


def _with_kpis(columns: tuple[SheetColumn, ...]) -> tuple[SheetColumn, ...]:
    """A list of KPIs as one text, after the team."""
    note = "Names in `kpis`, with commas between them."
    return (columns[0], SheetColumn("kpis", ("kpis",), str, note, required=True), *columns[1:])


def _scenario() -> Form:
    own = tuple(
        replace(column, default="") if column.path == ("name",) else column
        for column in columns_of(Scenario)
        if column.path[0] not in ("rules", "phasing")
    )
    return Form("scenario", "The company and its period.", (), own, nullable=("label",))


def _rules() -> Form:
    limit = "Limit on the expected loaded payout of one team [currency/period]."
    cap = "Most units of one activity [units/period]."
    named = (
        SheetColumn("budget.teams", ("budget", "teams"), float, limit, per="teams"),
        SheetColumn("gaming.caps", ("gaming", "caps"), float, cap, per="activities"),
    )
    note = "What a plan must keep. A rule without a value does not bind."
    return Form("rules", note, ("rules",), columns_of(Rules), named)


def _phasing() -> tuple[Form | SheetTable, ...]:
    """The year: what is one value, and what has one per period."""
    share = "Share of the pay at 100 % that the ramp leaves out which is paid whatever the result."
    stays = "lowers_target, or keeps_target: objectives stay while people are missing."
    named = (
        SheetColumn("guaranteed", ("guaranteed",), Share, share, per="teams"),
        SheetColumn("vacancy", ("vacancy",), Vacancy, stays, per="teams"),
    )
    note = "The year, for budgets and reports: pay dates, leave pay, guarantees."
    people = "People by period of the year, by team; rows in the order of the periods."
    ramp = "How new people start, by team: a row per period since they came."
    season = "Which share of the year falls in each period, by KPI; rows in the order of the periods."
    return (
        Form("phasing", note, ("phasing",), columns_of(Phasing), named),
        SheetTable(
            "headcount",
            people,
            ("phasing", "headcount", 0, None),
            (_TEAM,),
            _value("people", "Present and paid in the period.", NonNegative),
        ),
        SheetTable(
            "ramp",
            ramp,
            ("phasing", "ramp", 0, None),
            (_TEAM,),
            _value("share", "Of a full objective, and of pay at 100 %.", Share),
        ),
        SheetTable(
            "seasonality",
            season,
            ("phasing", "seasonality", 0, None),
            (_KPI,),
            _value("share", "Of the year; those of a KPI sum to 1.", Share),
        ),
    )


SHEETS: tuple[Form | SheetTable, ...] = (
    _scenario(),
    SheetTable("teams", "Who is paid.", ("teams", 0), _name("team"), columns_of(Team)),
    SheetTable(
        "charge_brackets",
        "Employer charges by what a head earns in a year, by team; rows by rising pay.",
        ("teams", 0, "charges", "brackets", None),
        (_TEAM,),
        columns_of(ChargeBracket),
    ),
    SheetTable(
        "stages", "Pools of things waiting to be worked.", ("stages", 0), _name("stage"), columns_of(Stage)
    ),
    SheetTable(
        "activities", "Ways of working them.", ("activities", 0), _name("activity"), columns_of(Activity)
    ),
    SheetTable(
        "yields",
        "What a unit of an activity leads to.",
        ("activities", 0, "yields", 1),
        (Key("activity", "Name in `activities`."), Key("stage", "Name in `stages`.")),
        _value("units", "Expected units of this stage per unit of the activity."),
    ),
    SheetTable("kpis", "What can be measured and paid.", ("kpis", 0), _name("KPI"), columns_of(Kpi)),
    SheetTable(
        "credit",
        "What each KPI counts.",
        ("kpis", 0, 1, 2),
        (
            _KPI,
            Key(
                "side", "Counted by activity above or below the line, by stage, or luck shared with.", _SIDES
            ),
            Key("counted", "Activity (also leave:<stage>), stage (entering) or KPI (noise_with)."),
        ),
        _value("coefficient", "Credit per unit; correlation of luck."),
    ),
    SheetTable("curves", "Pay curves by name.", ("curves", 0), _name("curve"), columns_of(Curve)),
    *_of_curves("curves", "curve"),
    *_of_curves("kpis", "kpi", "curve"),
    *_of_curves("teams", "team", "curve"),
    SheetTable(
        "current_plan",
        "Weights in force when the volumes were counted.",
        ("current_plan", 0, 1),
        (_TEAM, _KPI),
        _WEIGHT,
    ),
    SheetTable(
        "plan_texts",
        "What plans are called, and whether they issue targets anew.",
        ("plans", 0),
        (_PLAN,),
        (*(c for c in columns_of(StatedPlan) if c.path[0] == "label"), *_issued()),
    ),
    SheetTable(
        "plans",
        "Named alternatives to compare: their weights.",
        ("plans", 0, "weights", 1, 2),
        (_PLAN, _TEAM, _KPI),
        _WEIGHT,
    ),
    SheetTable(
        "plan_pay",
        "Target pay of plans where it is not today's.",
        ("plans", 0, "target_pay", 1),
        (_PLAN, _TEAM),
        _value("pay", "Variable pay of the whole team at 100 % attainment [currency/period]."),
    ),
    SheetTable(
        "plan_targets",
        "Targets of plans where they are not today's.",
        ("plans", 0, "targets", 1),
        (_PLAN, _KPI),
        _value("target", "The value that is 100 % attainment, in the KPI's own unit."),
    ),
    SheetTable(
        "plan_curves",
        "Curves of plans where they are not today's.",
        ("plans", 0, "curves", 1),
        (_PLAN, Key("place", "Name in `teams`, or a team and a KPI with a point between: sales.wins.")),
        _value("curve", "Name in `curves`.", str),
    ),
    SheetTable("regimes", "States of the market.", ("regimes", 0), _name("regime"), columns_of(Regime)),
    SheetTable(
        "factors",
        "What a regime multiplies.",
        ("regimes", 0, 1, 2),
        (
            Key("regime", "Name in `regimes`."),
            Key("of", "What is multiplied.", _FACTORS),
            Key("name", "Activity (yields), stage (inflow), stage or activity (value)."),
        ),
        _value("factor", "1 changes nothing."),
    ),
    _rules(),
    SheetTable(
        "measures",
        "KPIs that may be used for a team; a team not named may use every KPI.",
        ("rules", "measures", 0, None),
        (_TEAM,),
        _value("kpi", "Name in `kpis`.", str),
    ),
    SheetTable("locks", "Weights that must not change.", ("rules", "locks", 0, 1), (_TEAM, _KPI), _WEIGHT),
    SheetTable(
        "limits",
        "Bounds of single weights.",
        ("rules", "weights", "limits", 0, 1),
        (_TEAM, _KPI),
        columns_of(WeightLimit),
    ),
    SheetTable(
        "team_weights",
        "Numbers of KPIs and steps of single teams.",
        ("rules", "weights", "teams", 0),
        (_TEAM,),
        columns_of(TeamWeights),
    ),
    SheetTable(
        "groups",
        "Bounds of sums of weights.",
        ("rules", "weights", "groups", None),
        (),
        _with_kpis(columns_of(WeightGroup)),
    ),
    SheetTable(
        "same",
        "Teams that have equal weights.",
        ("rules", "same", None),
        (),
        _value("teams", "Names in `teams`, with commas between them.", str),
    ),
    SheetTable(
        "curve_choice",
        "Curves of which one is chosen for all of a team's pay; a team not named keeps its own.",
        ("rules", "curves", 0, None),
        (_TEAM,),
        _value("curve", "Name in `curves`.", str),
    ),
    SheetTable(
        "controllability",
        "Controllability measured elsewhere.",
        ("rules", "controllability", "override", 0, 1),
        (_TEAM, _KPI),
        columns_of(Measured),
    ),
    SheetTable(
        "pairs",
        "Volume kept in check by quality, for each team.",
        ("rules", "gaming", "pairs", None),
        (),
        columns_of(Pair),
    ),
    *_phasing(),
    SheetTable(
        "placeholders",
        "Numbers that nobody has given yet; while there is one, all that is made is a draft.",
        ("placeholders", None),
        (),
        _value("placeholder", "Path of the number, e.g. teams.sales.hours.", str),
    ),
    SheetTable(
        "changed",
        "What was changed for a run by `--set`: written by the program.",
        ("changed", None),
        (),
        columns_of(ChangedValue),
    ),
    SheetTable(
        "sources",
        "Where numbers come from.",
        ("sources", 0),
        (Key("number", "Path of the number, e.g. activities.call.hours."),),
        columns_of(Source),
    ),
)
BY_NAME = {layout.name: layout for layout in SHEETS}
REFERENCES = {
    "team": "teams",
    "owner": "teams",
    "stage": "stages",
    "from": "stages",
    "activity": "activities",
    "kpi": "kpis",
    "volume": "kpis",
    "quality": "kpis",
    "regime": "regimes",
    "curve": "curves",
}
"""Columns, by their header, that hold names of another sheet."""
