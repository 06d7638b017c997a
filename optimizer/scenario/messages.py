"""What pydantic found wrong, in the words of a scenario file: path, message and remedy."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from optimizer.scenario.problems import Finding, Path, as_name, did_you_mean, listed, number, shown
from optimizer.scenario.yaml_scalars import FLOAT


@dataclass(frozen=True)
class Medium:
    """Remedies that depend on the kind of file."""

    absent: Callable[[Path], str]
    """What to do about a required value that is not there."""
    as_text: Callable[[object], str]
    """How to write a number or a boolean so that it is text."""


YAML = Medium(lambda path: f'add "{path[-1]}: ..." here', lambda value: f'write "{value}" in quotes')


def findings_of(error: ValidationError, schema: Any, medium: Medium = YAML) -> list[Finding]:
    """The errors of validating against a type, as findings."""
    details = error.errors(include_url=False)
    return [_finding(detail, schema, medium) for detail in details if not _follows(detail)]


def _finding(detail: ErrorDetails, schema: Any, medium: Medium) -> Finding:
    path = _path_of(detail["loc"])
    at_key = detail["loc"][-1:] == ("[key]",)
    if detail["type"] in ("missing", "too_long") and (pair := _no_pair(detail, path)):
        return pair
    if detail["type"] == "missing":
        return Finding(path, "", "is missing", medium.absent(path), at_key=True)
    if detail["type"] == "extra_forbidden":
        hint = _unknown_key(str(path[-1]), type_at(schema, path[:-1]))
        return Finding(path, "", "unknown key", hint, at_key=True)
    message, hint = _said(detail, type_at(schema, path), medium)
    return Finding(path, shown(detail["input"]), message, hint, at_key)


def _no_pair(detail: ErrorDetails, path: Path) -> Finding | None:
    """A list of two that has fewer or more."""
    short = detail["type"] == "missing"
    if short and not isinstance(path[-1], int):
        return None
    return Finding(path[:-1] if short else path, shown(detail["input"]), *_PAIR)


def _path_of(loc: Path) -> Path:
    loc = _without_tags(loc)
    tagged = any(_branch(loc, key) for key in ("target_pay", "curve", "charges"))
    path = loc[:3] + loc[4:] if tagged else loc
    return path[:-1] if path[-1:] == ("[key]",) else path


def _follows(detail: ErrorDetails) -> bool:
    """Said only because of another error: a list of wrong values counts as empty."""
    return _of_other_branch(detail) or (detail["type"] == "too_short" and bool(detail["input"]))


def _without_tags(loc: Path) -> Path:
    """Of a plan, in a scenario or by itself: not which of its forms, of its targets' and of its curves' was
    meant."""
    named = loc[:1] == ("plans",) and len(loc) > 2 and loc[2] in ("whole", "weights")
    start, rest = (loc[:2], loc[3:]) if named else ((), loc)
    if not named and loc[:1] not in (("curves",), ("targets",)):
        return loc
    if rest[:1] == ("targets",) and rest[1:2] in (("stated",), ("issued",)):
        rest = rest[:1] + rest[2:]
    elif rest[:1] == ("curves",) and rest[2:3] in (("name",), ("curve",)):
        rest = rest[:2] + rest[3:]
    return start + rest


def _of_other_branch(detail: ErrorDetails) -> bool:
    """`target_pay` is a number or a mapping, and pydantic reports both failures: keep the one meant."""
    branch = _branch(detail["loc"], "target_pay")
    if branch == "TargetPay":
        return detail["type"] == "model_type"
    return branch is not None and isinstance(detail["input"], dict)


def _branch(loc: Path, key: str) -> str | None:
    """Which of the types of a value that may be of two the error is about."""
    inside = len(loc) > 3 and loc[0] in ("teams", "kpis") and loc[2] == key
    return str(loc[3]) if inside else None


# --- words ----------------------------------------------------------------------------------------------

_PAIR = "must be a pair", "write two numbers: [0.8, 0.5]"
_COMPARISONS = {
    "greater_than": "must be greater than",
    "greater_than_equal": "must be at least",
    "less_than": "must be less than",
    "less_than_equal": "must be at most",
}
_SPELT = {
    **dict.fromkeys(("yes", "y", "on", "1"), "true"),
    **dict.fromkeys(("no", "n", "off", "0", "0.0"), "false"),
}


def _said(detail: ErrorDetails, schema: Any, medium: Medium) -> tuple[str, str]:
    """Message and remedy for an error of a value."""
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind in _COMPARISONS:
        return _out_of_range(kind, float(next(iter(context.values()))), value)
    match kind:
        case "float_type" | "int_type" | "finite_number" | "int_from_float":
            return _not_a_number(kind, value)
        case "bool_type" | "bool_parsing":
            return "must be true or false", f"write {_SPELT.get(str(value).lower(), 'true or false')}"
        case "string_type":
            quoted = isinstance(value, bool | int | float)
            return "must be text", medium.as_text(value) if quoted else "write a text"
        case "string_pattern_mismatch" | "string_too_long" | "string_too_short":
            return _wrong_text(kind, str(value), str(context.get("pattern", "")))
        case "literal_error":
            allowed = [str(literal) for option in options_of(schema) for literal in get_args(option)]
            return "is not one of the allowed values", did_you_mean(str(value), allowed)
        case "too_short":
            return "must not be empty", "add at least one"
        case "tuple_type" if any(_is_pair(option) for option in options_of(schema)):
            return _PAIR
        case "tuple_type":
            return "must be a list", f"write [{value}]" if isinstance(value, str) else "write [a, b]"
        case "dict_type" | "model_type":
            if keys_of(schema) == ["en", "fr"] and isinstance(value, bool | int | float):
                return "must be text", medium.as_text(value)
            return _not_a_mapping(value, keys_of(schema))
    return "is not what can stand here", detail["msg"][:1].lower() + detail["msg"][1:]


def _is_pair(option: Any) -> bool:
    return get_origin(option) is tuple and len(get_args(option)) == 2 and get_args(option)[1] is not Ellipsis


def _out_of_range(kind: str, limit: float, value: float) -> tuple[str, str]:
    message = f"{_COMPARISONS[kind]} {number(limit)}"
    if kind in ("less_than", "less_than_equal"):
        percent = limit <= 1 < value <= 100 * limit
        return message, f"write {number(value / 100)} if you mean {number(value)} %" if percent else ""
    if value < 0:
        return message, f"write {number(-value)}, without the minus sign, if that is what is meant"
    above = kind == "greater_than"
    return message, f"write a number above {number(limit)}" if above else f"write {number(limit)} or more"


def _not_a_number(kind: str, value: object) -> tuple[str, str]:
    if kind == "finite_number":
        return "must be a finite number", "leave the key out where there is no limit"
    message = "must be a whole number" if kind.startswith("int") else "must be a number"
    if isinstance(value, str):
        return message, number_in_text(value)
    if isinstance(value, float):
        return message, f"write {round(value)}"
    if value is None:
        return message, "write a number after the colon, or remove the key"
    return message, "write a plain number, e.g. 12.5"


def number_in_text(text: str, shares: bool = True) -> str:
    """What to write for the number that a text was probably meant to be: a percentage as a share, or, where
    percentages are asked, as it stands."""
    stripped = re.sub(r"[\s'’_€$£]", "", text)
    percent = stripped.endswith("%")
    stripped = stripped.removesuffix("%")
    if re.fullmatch(r"[-+]?[1-9][0-9]{0,2}(,[0-9]{3})+", stripped):
        return _thousands(stripped)
    pointed = stripped.replace(",", ".")
    if not FLOAT.fullmatch(pointed) or len(pointed) > 30:
        return "write a plain number, e.g. 12.5"
    if percent:
        meant = f"{number(float(pointed) / 100)} (shares are 0-1)" if shares else f"{pointed} (in percent)"
        return f"write {meant}"
    why = "decimal point" if "," in text else "no quotes, spaces or currency signs"
    return f"write {pointed} ({why})"


def _thousands(text: str) -> str:
    point = number(float(text.replace(",", "."))) if text.count(",") == 1 else ""
    other = f", or {point} if the comma is a decimal one" if point else ""
    return f"write {text.replace(',', '')} (no thousands separator){other}"


def _wrong_text(kind: str, value: str, pattern: str) -> tuple[str, str]:
    if "{3}" in pattern:
        return "must be a currency code of three capital letters", "write EUR, USD, GBP or CHF, for instance"
    if kind == "string_too_long":
        return "must be at most 64 characters long", "shorten it and put the full text in `label`"
    if kind == "string_too_short":
        return "must not be empty", "write a text"
    hint = f"write {as_name(value)} (a letter, then letters, digits and _; anything else goes in `label`)"
    return "is not a valid name", hint


def _not_a_mapping(value: object, keys: list[str]) -> tuple[str, str]:
    message = "must be a mapping" if keys != ["en", "fr"] else "must be a text, or one per language"
    hint = f"its keys: {listed(keys)}" if keys else "write `name: value` pairs"
    return message, f"write {{}} if there is nothing to say; {hint}" if value is None and keys else hint


def _unknown_key(key: str, owner: Any) -> str:
    if key == "<<":
        return "merge keys are not read; write the values out"
    return did_you_mean(key, keys_of(owner))


# --- the type expected at a path ------------------------------------------------------------------------


def keys_of(schema: Any) -> list[str]:
    """The keys that a mapping of this type may have; none where they are free."""
    return [key for option in options_of(schema) for key in _fields(option)]


def type_at(schema: Any, path: Path) -> Any:
    """The type expected at a path, or Any where the path leaves it."""
    for part in path:
        steps = (_step(option, part) for option in options_of(schema))
        schema = next((step for step in steps if step is not None), Any)
    return schema


def _step(option: Any, part: str | int) -> Any:
    if get_origin(option) is dict:
        return get_args(option)[1]
    if get_origin(option) is tuple:
        return get_args(option)[0]
    return _fields(option).get(str(part))


def _fields(option: Any) -> dict[str, Any]:
    if not (isinstance(option, type) and issubclass(option, BaseModel)):
        return {}
    return {info.alias or name: info.annotation for name, info in option.model_fields.items()}


def options_of(schema: Any) -> list[Any]:
    """The members of a union, annotations removed."""
    if get_origin(schema) is Annotated:
        return options_of(get_args(schema)[0])
    if get_origin(schema) in (Union, UnionType):
        members = [option for member in get_args(schema) for option in options_of(member)]
        return [option for option in members if option is not NoneType]
    return [schema]
