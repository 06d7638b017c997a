"""The same company told otherwise: other names, in another order."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

import numpy as np
import pandas as pd

Tree = dict[str, Any]

SECTIONS = ("teams", "stages", "activities", "kpis")
TEXTS = ("label", "text", "name", "currency", "period")
"""Keys whose values are words for people: no name in them is one of the company's."""
MARK = "zq_"
"""In every new name, so that `told_back` finds the old one."""


def labelled(tree: Tree) -> Tree:
    """The tree with a label wherever one may be: labels made from names would change with them."""
    told = deepcopy(tree)
    for section in (*SECTIONS, "regimes", "plans"):
        for name, part in told.get(section, {}).items():
            if section != "plans" and not part.get("label"):
                words = name.replace("_", " ").capitalize()
                part["label"] = {"en": words, "fr": f"{words} (fr)"}
    return told


def permuted(tree: Tree, seed: int) -> Tree:
    """Every team, stage, activity and KPI under another name and in another place."""
    rng = np.random.default_rng(seed)
    names = {name: _new(rng, name) for section in SECTIONS for name in tree[section]}
    told = _renamed(tree, re.compile(rf"\b({'|'.join(map(re.escape, names))})\b"), names)
    for section in SECTIONS:
        told[section] = _shuffled(rng, told[section])
    for offered in told.get("rules", {}).get("measures", {}).values():
        rng.shuffle(offered)
    for plan in (told["current_plan"], *told.get("plans", {}).values()):
        plan.update(_shuffled(rng, plan))
    return told


def _new(rng: np.random.Generator, name: str) -> str:
    """Begins with letters of its own, so that names sort otherwise too."""
    return "".join(rng.choice(list("abcdefghijklmnopqrstuvwxyz"), 3)) + MARK + name


def _shuffled(rng: np.random.Generator, part: Mapping[str, Any]) -> Tree:
    keys = list(part)
    return {keys[at]: part[keys[at]] for at in rng.permutation(len(keys))}


def _renamed(value: Any, pattern: re.Pattern[str], names: Mapping[str, str]) -> Any:
    def new(text: str) -> str:
        return pattern.sub(lambda match: names[match[0]], text)

    if isinstance(value, dict):
        return {
            new(k): v if k in TEXTS and k not in names else _renamed(v, pattern, names)
            for k, v in value.items()
        }
    if isinstance(value, list | tuple):
        return [_renamed(part, pattern, names) for part in value]
    return new(value) if isinstance(value, str) else value


def told_back(text: str) -> str:
    """With the company's own names again."""
    return re.sub(rf"\b[a-z]{{3}}{MARK}", "", text)


def words_of(text: str) -> str:
    """The words of a text in alphabetical order: lists of names are told in the company's order."""
    return " ".join(sorted(re.findall(r"[^\s;,:]+", told_back(text))))


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows in an order that depends on what they say only: texts first, then numbers to four digits."""
    told = frame.map(lambda v: words_of(v) if isinstance(v, str) else v)
    keys = pd.DataFrame(
        {
            column: told[column].map(lambda v: f"{v:.4g}" if isinstance(v, float) else str(v))
            for column in sorted(told.columns, key=lambda c: pd.api.types.is_float_dtype(told[c]))
        }
    )
    order = keys.sort_values(list(keys.columns), kind="stable").index if len(keys) else keys.index
    return told.loc[order].reset_index(drop=True)


def differing(
    one: pd.DataFrame, other: pd.DataFrame, close: float, left: Callable[[str], bool] = lambda _: False
) -> list[str]:
    """Columns in which two tables say different things, whatever the order of their rows."""
    if list(one.columns) != list(other.columns) or len(one) != len(other):
        return [f"{len(one)} rows of {list(one.columns)}, {len(other)} rows of {list(other.columns)}"]
    kept = [column for column in one.columns if not left(column)]
    a, b = in_order(one[kept]), in_order(other[kept])
    return [column for column in kept if not _alike(a[column], b[column], close)]


def _alike(a: pd.Series, b: pd.Series, close: float) -> bool:
    if not (pd.api.types.is_numeric_dtype(a) and pd.api.types.is_numeric_dtype(b)):
        return bool((a.isna() == b.isna()).all() and (a[a.notna()] == b[b.notna()]).all())
    x, y = a.to_numpy(dtype=float), b.to_numpy(dtype=float)
    size = float(np.nanmax(np.abs(np.concatenate([x, y, [0.0]]))[np.isfinite([*x, *y, 0.0])], initial=0.0))
    return bool(np.allclose(x, y, rtol=close, atol=close * size, equal_nan=True))
