"""Generated pages of docs/reference; `uv run python -m tests.reference_pages` writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner

from optimizer.cli import main
from optimizer.cli.common import EXIT, INTERRUPTED
from tests.curves_page import curves_page

REFERENCE = Path(__file__).parent.parent / "docs" / "reference"
GENERATED = "Written by `uv run python -m tests.reference_pages` from what the code declares; do not edit.\n"
BAD_INPUT = 2


# --- keys of a scenario file ----------------------------------------------------------------------------

KEYS = f"""# Keys of a scenario file

{GENERATED}
What each means, and how it may be written; symbols are those of [model.md](../model.md), examples in
[scenario.md](../scenario.md). `name: …` is a mapping with names of your own. What takes more than one value
to judge, such as names that must exist and sums, `incentives check` says.
"""


def schema_of(*options: str) -> dict[str, Any]:
    """What `incentives schema` prints."""
    schema: dict[str, Any] = json.loads(CliRunner().invoke(main, ["schema", *options]).stdout)
    return schema


def keys_page() -> str:
    """The whole file, then every kind of mapping in it, as they are met."""
    schema = schema_of()
    parts = [KEYS, *section("The file", schema)]
    for name in met(schema):
        parts += section(name, schema["$defs"][name])
    return "\n".join(parts) + "\n"


MAP = f"""# Keys of a map

{GENERATED}
A map says what the columns of an export mean: `incentives calibrate EXPORT... --map MAP.yaml` reads it,
`--suggest-map` writes one to start from, `incentives schema --map` prints its JSON Schema for editors.

A suggested map is a guess from words and values: `# CHECK` marks what is not sure, `# NOT FOUND` what no
column was found for, with those that may be meant. On 81 exports never seen, 93 % of its fields were right at
first sight, and one map of sixteen had an error without a mark: read every line before use
([how that was measured](../benchmarks.md#maps-suggested-for-exports-never-seen)).

*Headings* are written as the file has them. *Conditions* say which rows count:
`{{Stage: [Won, Signed]}}` is a cell that holds one of the texts, `{{Stage: Won}}` one text,
`{{"Lost Reason": present}}` a cell that is not empty,
`{{Status: {{not: [Open, New]}}}}` one that holds none of them. Several headings in one mapping must all
hold; of a list of mappings, one must.

```yaml
version: 1
name: history
currency: EUR
deals:
  columns:
    id: Deal ID
    created: Created On
    closed: Closed On
    owner: Owner
    source: Source
    value: Amount
  won: {{Stage: [Won]}}
  lost: {{Stage: [Lost, Not interested]}}
spend: {{date: Day, source: Channel, cost: Cost}}
```

Files are told by their headings: each is read by the section whose headings it has. Leads in a file of their
own join deals through the heading of the deal (`leads.deal`) or, where deals name their lead, through
`deals.columns.lead`.
"""


def map_page() -> str:
    """The whole map, then every section of it."""
    schema = schema_of("--map")
    parts = [MAP, *section("The file", schema)]
    for name in met(schema):
        parts += section(name, schema["$defs"][name])
    return "\n".join(parts) + "\n"


def met(schema: dict[str, Any]) -> list[str]:
    """Names of kinds, each after the first that mentions it."""
    names: list[str] = []
    waiting = list(mentioned(schema["properties"]))
    while waiting:
        name = waiting.pop(0)
        if name not in names:
            names.append(name)
            waiting = [*mentioned(schema["$defs"][name]), *waiting]
    return names


def mentioned(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield kind(node)
        for value in node.values():
            yield from mentioned(value)
    elif isinstance(node, list):
        for value in node:
            yield from mentioned(value)


def kind(node: dict[str, Any]) -> str:
    return str(node["$ref"]).rsplit("/", 1)[-1]


def section(name: str, node: dict[str, Any]) -> list[str]:
    required = node.get("required", ())
    rows = [
        f"| `{key}` | {typed(value)} | {default(key, value, required)} | {one_line(value['description'])} |"
        for key, value in node["properties"].items()
    ]
    about = one_line(node["description"]) if name != "The file" else ""
    head = ["| key | value | default | meaning |", "|---|---|---|---|"]
    return [f"## {name}\n", *([f"{about}\n"] if about else []), *head, *rows, ""]


def one_line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def default(key: str, node: dict[str, Any], required: Any) -> str:
    if key in required:
        return "required"
    value = node.get("default")
    return (
        "–"
        if value is None or isinstance(value, dict | list)
        else f"`{value}`".replace("True", "true").replace("False", "false")
    )


def typed(node: dict[str, Any]) -> str:
    """What may be written, in words."""
    if node.get("$comment") == "conditions":
        return "conditions"
    if "$ref" in node:
        return f"[{kind(node)}](#{kind(node).lower()})"
    if options := node.get("anyOf") or node.get("oneOf"):
        return " or ".join(typed(option) for option in options if option.get("type") != "null")
    if "enum" in node or "const" in node:
        return " \\| ".join(f"`{value}`" for value in node.get("enum", [node.get("const")]))
    if node.get("type") == "array":
        return listed(node)
    if node.get("type") == "object":
        return f"name: {typed(node['additionalProperties'])}"
    return f"{WORDS[node['type']]}{bounds(node)}"


def listed(node: dict[str, Any]) -> str:
    if "prefixItems" in node:
        return f"[{', '.join(map(typed, node['prefixItems']))}]"
    return f"list of {typed(node['items'])}"


WORDS = {"number": "number", "integer": "whole number", "string": "text", "boolean": "true or false"}
BOUNDS = {"exclusiveMinimum": ">", "minimum": "≥", "exclusiveMaximum": "<", "maximum": "≤"}


def bounds(node: dict[str, Any]) -> str:
    said = [f"{sign} {node[key]:g}" for key, sign in BOUNDS.items() if key in node]
    return f" {', '.join(said)}" if said else ""


# --- verbs ----------------------------------------------------------------------------------------------

MEANINGS = {
    0: "optimal or imposed, or done",
    1: "infeasible (proven), or a budget exceeded; no pilot within the headcount would see the plan work",
    BAD_INPUT: "bad input, or a place that cannot be written to",
    3: "a plan that keeps all rules, without proof; or none found, and none proven not to exist; "
    "a suggested map that does not run yet",
    4: "an internal check failed, no equilibrium, a folder that is not what was written, an unforeseen error",
    INTERRUPTED: "Ctrl-C with nothing to keep",
}
"""Exit codes, in words."""

VERBS = f"""# Verbs

{GENERATED}
`incentives VERB --help` prints the same. Shapes of `--json` are in [scenario.md](../scenario.md).
"""


def verbs_page() -> str:
    """Exit codes, then every verb with its options."""
    codes = [f"| {code} | {meaning} | {statuses(code)} |" for code, meaning in MEANINGS.items()]
    parts = [VERBS, "## Exit codes\n", "| code | meaning | status of a solve |", "|---|---|---|", *codes, ""]
    for name in sorted(main.commands):
        parts += verb(name, main.commands[name])
    return "\n".join(parts) + "\n"


def statuses(code: int) -> str:
    return ", ".join(f"`{status}`" for status, its in EXIT.items() if its == code) or "–"


def verb(name: str, command: click.Command) -> list[str]:
    arguments = [argument(p) for p in command.params if isinstance(p, click.Argument)]
    options = [option(p) for p in command.params if isinstance(p, click.Option)]
    table = ["| option | default | meaning |", "|---|---|---|", *options, ""] if options else []
    line = " ".join(["incentives", name, *arguments])
    return [f"## {name}\n", f"`{line}`\n", f"{one_line(command.help or '')}\n", *table]


def argument(param: click.Argument) -> str:
    return param.metavar or str(param.name).upper() + ("..." if param.nargs == -1 else "")


def option(param: click.Option) -> str:
    names = " ".join([", ".join(param.opts), *([] if param.is_flag else [shape(param)])])
    value = param.default
    given = isinstance(value, int | float | str) and not param.is_flag
    shown = "required" if param.required else f"{value}" if given else "–"
    return f"| `{one_line(names)}` | {shown} | {one_line(param.help or '')} |"


def shape(param: click.Option) -> str:
    """What follows the option: one of its words, or N for a whole number, X for a number, PATH."""
    if isinstance(param.type, click.Choice):
        return "|".join(map(str, param.type.choices))
    shapes = {click.IntRange: "N", click.FloatRange: "X"}
    return param.metavar or shapes.get(type(param.type), "PATH")


PAGES = {"keys.md": keys_page, "verbs.md": verbs_page, "curves.md": curves_page, "map.md": map_page}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")
