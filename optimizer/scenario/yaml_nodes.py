"""Text to a tree of values that know their places.

YAML 1.2, core schema, so JSON is read too. The text is read as events, one pass and no recursion: size,
depth, aliases and tags are refused while they are still cheap, and duplicate keys are reported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NoReturn, cast

import yaml

from optimizer.scenario.files import TextFile
from optimizer.scenario.messages import YAML
from optimizer.scenario.nodes import DUPLICATE, NOT_A_NAME, Node, Tree
from optimizer.scenario.problems import (
    InputProblem,
    Mark,
    Path,
    ScenarioError,
    as_name,
    did_you_mean,
    dotted,
    shown,
)
from optimizer.scenario.yaml_ahead import tokens_ahead
from optimizer.scenario.yaml_commas import DECIMAL_COMMA, Cut, cut_key, cut_list
from optimizer.scenario.yaml_scalars import AmbiguousScalar, resolved
from optimizer.scenario.yaml_syntax import Refused, control_character, syntax_problem

MAX_DEPTH = 20
MAX_NODES = 200_000
"""Keys, values and lists, aliases counted as if written out."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SURROGATE = re.compile("[\ud800-\udfff]")


_A_SCENARIO = "start with `teams:`; `incentives template` writes an example"


def tree_of(text: TextFile, to_begin: str = _A_SCENARIO) -> Tree:
    """The tree of a text. Raises ScenarioError where reading on makes no sense: `to_begin` helps who wrote
    nothing yet."""
    _refuse_directives(text)
    composer = _Composer(text)
    try:
        for event in yaml.parse(text.content, Loader=_LOADER):
            composer.take(event)
    except (yaml.YAMLError, ValueError) as error:  # ValueError: the Python parser's, of characters beyond all
        raise ScenarioError([_refused(composer, error)]) from None
    root = composer.root
    if root is None or (root.value is None and root.plain):
        raise ScenarioError([InputProblem("", "", "the file is empty", to_begin, str(text.path))])
    return Tree(text, YAML, root, tuple(composer.problems))


def _refused(composer: _Composer, error: Exception) -> InputProblem:
    if isinstance(error, yaml.reader.ReaderError):
        return control_character(composer.text, cast(int, error.character))
    mark = getattr(error, "problem_mark", None)
    return syntax_problem(composer.text, composer.refused(None if mark is None else mark.index))


def _refuse_directives(text: TextFile) -> None:
    # Also because the parser takes quadratic time over many of them, before it reports any event.
    match = re.search(r"^%(?!YAML 1\.2\s*$).*$", text.content, re.MULTILINE)
    if match:
        hint = "remove the line; scenarios need no directives"
        mark = text.mark_at(match.start())
        raise ScenarioError([text.problem(mark, "", "YAML directives are not read", hint)])


# --- events to nodes ------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not been reached."""

    node: Node
    anchor: str | None
    in_flow: bool
    """Written with brackets."""
    key: str | None = None
    key_mark: Mark = (0, 0)
    cut: bool = False
    """The key is the rest of a number, so that its value is none."""
    start: int = 0
    """Place of its first character."""


def _mark(event: Any) -> Mark:
    return event.start_mark.line, event.start_mark.column


class _Composer:
    """Builds nodes from events with an explicit stack, and refuses what could grow without bound."""

    def __init__(self, text: TextFile) -> None:
        self.text = text
        self.root: Node | None = None
        self.problems: list[InputProblem] = []
        self._stack: list[_Open] = []
        self._anchors: dict[str, Node | None] = {}
        self._nodes = 0
        self._documents = 0
        self._read = 0
        """Characters up to the end of the last event."""

    def take(self, event: yaml.Event) -> None:
        self._read = cast(Any, event.end_mark).index
        tag = getattr(event, "tag", None)
        if tag is not None:
            hint = "remove the tag; put text in quotes to keep it text"
            self._refuse(_mark(event), "YAML tags are not read", hint, tag[:60])
        match event:
            case yaml.ScalarEvent():
                self._scalar(event)
            case yaml.AliasEvent():
                self._alias(event)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._start(event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._end()
            case yaml.DocumentStartEvent():
                self._document_start(event)

    def _document_start(self, event: yaml.DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            hint = "one scenario per file: remove `---` and what follows, or move it to its own file"
            self._refuse(_mark(event), "a second document starts here", hint)

    def _start(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        empty: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        node = Node(empty, _mark(event), height=1)
        self._grow(node, node.mark)
        if event.anchor:
            self._anchors[event.anchor] = None
        self._stack.append(
            _Open(node, event.anchor, event.flow_style is True, start=cast(Any, event.start_mark).index)
        )

    def _end(self) -> None:
        closed = self._stack.pop()
        if closed.in_flow and isinstance(closed.node.value, list):
            for cut in cut_list(self.text.content, closed.start, self._read):
                self._report_comma(cut, self._path())
        self._attach(closed.node, closed.node.mark, closed.anchor)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        if self._rest_of_number(event):
            return
        node = Node(event.value, _mark(event), plain=event.implicit[0])
        self._grow(node, node.mark)
        if node.plain:
            node.value = self._resolved(node)
        elif _SURROGATE.search(event.value):
            hint = "write the character itself"
            self._report(node.mark, self._path(), "is not a character", hint, "half an escape pair")
        self._attach(node, node.mark, event.anchor)

    def _rest_of_number(self, event: yaml.ScalarEvent) -> bool:
        """Whether a scalar is what follows a decimal comma inside braces, or the value that YAML gives it."""
        top = self._stack[-1] if self._stack else None
        if top is None or not top.in_flow or isinstance(top.node.value, list) or not event.implicit[0]:
            return False
        if top.cut:
            top.cut = False
            return True
        if top.key is not None or not top.node.keys:
            return False
        cut = cut_key(self.text.content, cast(Any, event.start_mark).index)
        if cut is not None:
            top.cut = True
            last = list(top.node.keys)[-1]
            if cut.first:
                self._report_comma(cut, (*self._path(), last))
                top.node.value[last] = Node(cut.value, self.text.mark_at(cut.comma))
        return cut is not None

    def _report_comma(self, cut: Cut, path: Path) -> None:
        self._report(self.text.mark_at(cut.comma), path, DECIMAL_COMMA, cut.hint, cut.text)

    def _alias(self, event: yaml.AliasEvent) -> None:
        mark, name = _mark(event), str(event.anchor)
        if name not in self._anchors:
            hint = did_you_mean(name, self._anchors)
            self._refuse(mark, f"nothing is anchored as &{name}", hint, f"*{name}")
        node = self._anchors[name]
        if node is None:
            self._refuse(mark, "an alias inside what it stands for", "write the values out", f"*{name}")
        self._grow(node, mark)
        self._attach(node, mark)

    def _attach(self, node: Node, mark: Mark, anchor: str | None = None) -> None:
        if anchor:
            self._anchors[anchor] = node
        if not self._stack:
            self.root = node
            return
        top = self._stack[-1]
        if isinstance(top.node.value, dict) and top.key is None:
            top.key, top.key_mark = self._key(node, mark), mark
            return
        top.node.size += node.size
        top.node.height = max(top.node.height, node.height + 1)
        if isinstance(top.node.value, list):
            top.node.value.append(node)
        else:
            self._pair(top, node)

    def _pair(self, top: _Open, node: Node) -> None:
        key = cast(str, top.key)
        if key in top.node.keys:
            hint = f"it is already on line {top.node.keys[key][0] + 1}; keep one of the two"
            self._report(top.key_mark, self._path(), DUPLICATE, hint)
        top.node.value[key] = node
        top.node.keys[key] = top.key_mark
        top.node.size += 1
        top.key = None

    def _key(self, node: Node, mark: Mark) -> str:
        if node.is_container:
            hint = "write `name: value`; put text that starts with { or [ in quotes"
            self._refuse(mark, NOT_A_NAME, hint, shown(node.value))
        if isinstance(node.value, str):
            return node.value
        seen = shown(node.value)
        self._report(mark, (*self._path(), seen), NOT_A_NAME, _key_hint(node.value), seen)
        return seen

    def _resolved(self, node: Node) -> Any:
        value = resolved(node.value)
        if not isinstance(value, AmbiguousScalar):
            return value
        self._report(node.mark, self._path(), value.message, value.hint, node.value[:60])
        return node.value

    def _path(self) -> Path:
        parts = [len(top.node.value) if isinstance(top.node.value, list) else top.key for top in self._stack]
        return tuple(part for part in parts if part is not None)

    def _grow(self, node: Node, mark: Mark) -> None:
        self._nodes += node.size
        if self._nodes > MAX_NODES:
            message = f"more than {MAX_NODES} keys and values, aliases written out"
            self._refuse(mark, message, "aggregate it, or write fewer aliases")
        if node.height:
            self._refuse_depth(mark, len(self._stack) + node.height)

    def refused(self, at: int | None) -> Refused:
        """What the parser had read when it refused to read on at a place, None where it does not say: it then
        stumbled over a code in quotes. Depth is our limit, and the lower one: it is refused first."""
        content = self.text.content
        place = content.find("\\U", self._read) + 1 if at is None else at
        bracket = self._stack[-1].node.mark if self._stack and self._stack[-1].in_flow else None
        ahead = list(tokens_ahead(content, self._read, place + 1, bracket is not None))
        for token in ahead:
            if token.kind == "opening":
                self._refuse_depth(self.text.mark_at(token.start), len(self._stack) + token.level)
        return Refused(place, ahead, bracket)

    def _refuse_depth(self, mark: Mark, depth: int) -> None:
        if depth > MAX_DEPTH:
            hint = "a scenario needs six levels; a bracket may not be closed"
            self._refuse(mark, f"nested deeper than {MAX_DEPTH} levels", hint)

    def _report(self, mark: Mark, path: Path, message: str, hint: str, value: str = "") -> None:
        self.problems.append(self.text.problem(mark, dotted(path), message, hint, value))

    def _refuse(self, mark: Mark, message: str, hint: str, value: str = "") -> NoReturn:
        raise ScenarioError([self.text.problem(mark, dotted(self._path()), message, hint, value)])


def _key_hint(value: object) -> str:
    if value is None:
        return "write a name before the colon"
    if isinstance(value, bool):
        return f'write "{str(value).lower()}" in quotes, or choose another name'
    return f"start it with a letter, e.g. {as_name(str(value))}"
