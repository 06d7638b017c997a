"""Questions and answers, one after the other: back, later, explanations, and each answer saved at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from optimizer.cli.ask.prompts import HEAD, Prompt, Read, Refused, prompts_of
from optimizer.scenario.start.library import LIBRARY
from optimizer.scenario.start.unfinished import Content, value_at, with_value, without_source
from reports.words.asking import Asking, asking

End = Literal["done", "quit"]
_Turn = Literal["next", "back", "quit"]


@dataclass
class Conversation:
    """One conversation; `content` is what was answered so far."""

    content: Content
    line: Callable[[str], str]
    """Asks for a line after a text; raises EOFError where there is none any more."""
    say: Callable[[str], None]
    save: Callable[[Content], None]
    remark: Callable[[Content, Asking], str]
    """What is to be said of the answers so far; empty where nothing is."""
    only_open: bool = False
    """Ask only what has no answer yet; else go on behind the last answer."""
    _part: str = field(default="", init=False)
    _remarked: str = field(default="", init=False)
    _later: bool = field(default=False, init=False)
    """Whether what was left for later is asked now."""

    @property
    def words(self) -> Asking:
        return asking(str(self.content["lang"]), str(self.content.get("period", "")) or _usual(self.content))

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        return prompts_of(self.content, self.words)

    def hold(self) -> End:
        """Ask until nothing is left to ask, or somebody leaves. Raises EOFError where the input ends."""
        position = self._first()
        while True:
            if position < len(self.prompts):
                turn = self._ask(position)
                ahead = self._after(position)
            else:
                turn = self._last()
                ahead = -1
            if turn == "quit":
                return "quit"
            if turn == "back":
                position = max(0, position - 1)
            elif ahead < 0:
                return "done"
            else:
                position = ahead

    def _first(self) -> int:
        """Behind the last answer that there is, or the first that there is not."""
        if self.only_open:
            return self._next_open(-1)
        answered = [i for i, p in enumerate(self.prompts) if value_at(self.content, p.place) is not None]
        return answered[-1] + 1 if answered else 0

    def _next_open(self, position: int) -> int:
        """The next question without an answer; behind the last where there is none."""
        without = (i for i, p in enumerate(self.prompts) if value_at(self.content, p.place) is None)
        return next((i for i in without if i > position), len(self.prompts))

    def _after(self, position: int) -> int:
        """The next question; once through, those left for later, once."""
        ahead = self._next_open(position) if self.only_open else position + 1
        if not self._later and ahead < len(self.prompts):
            return ahead
        left = self._left()
        if not self._later and left:
            self._later = True
            self.say(self.words.count("ask.later", len(left)))
            return left[0]
        return next((i for i in left if i > position), len(self.prompts)) if self._later else ahead

    def _left(self) -> list[int]:
        open_ = (not p.default and value_at(self.content, p.place) is None for p in self.prompts)
        return [i for i, is_open in enumerate(open_) if is_open]

    def _last(self) -> _Turn:
        """Before anything is written: the end of the input agrees."""
        if self._left():
            return "next"
        words = self.words
        try:
            self.say("\n" + words.say("ask.all", back=words.command("back")))
            command = self._command(self.line("> ").strip())
        except EOFError:
            return "next"
        return command if command in ("back", "quit") else "next"

    # --- one question -----------------------------------------------------------------------------------

    def _ask(self, position: int) -> _Turn:
        prompt, words = self.prompts[position], self.words
        self._put(prompt, position)
        while True:
            text = self.line(self._bracket(prompt)).strip()
            command = self._command(text)
            if command == "back" and position == 0:
                self.say(words.say("ask.first"))
            elif command in ("back", "quit"):
                return command
            elif command == "skip":
                return self._skip(prompt)
            elif command == "help":
                self._explain(prompt)
            elif text:
                if self._answered(prompt, text):
                    return "next"
            elif self._settled(prompt):
                return "next"
            else:
                self.say(words.say("ask.needed", skip=words.command("skip")))

    def _put(self, prompt: Prompt, position: int) -> None:
        words, write = self.words, self.words.write
        if prompt.part != self._part:
            self._part = prompt.part
            self.say(f"\n{prompt.part}")
        everything = len(self.prompts)
        if everything > 1:
            count = {"n": write.number(position + 1), "all": write.number(everything)}
            self.say("\n" + words.say("ask.count", label=prompt.label, **count))
        else:
            self.say("\n" + prompt.label)
        for number, choice in enumerate(prompt.choices, 1):
            self.say(f"  {number}  {choice}")
        self.say(f"  {prompt.about}")

    def _bracket(self, prompt: Prompt) -> str:
        """What Enter alone keeps or takes."""
        given = value_at(self.content, prompt.place)
        if given is not None:
            return f"[{self.words.say('ask.now', value=prompt.told(given))}] > "
        return f"[{prompt.default}] > " if prompt.default else "> "

    def _command(self, text: str) -> Literal["back", "skip", "quit", "help", ""]:
        """back, skip, quit or help, by the words of either language."""
        typed = text.casefold()
        if typed in ("?", "help", "aide"):
            return "help"
        names: tuple[Literal["back", "skip", "quit"], ...] = ("back", "skip", "quit")
        for name in names:
            if typed in (name, self.words.command(name).casefold()):
                return name
        return ""

    def _settled(self, prompt: Prompt) -> bool:
        """Whether Enter alone answers; what is assumed then is said."""
        if value_at(self.content, prompt.place) is not None:
            return True
        if prompt.default:
            self.say("  " + self.words.say("ask.assumed", value=prompt.default))
        return bool(prompt.default)

    def _skip(self, prompt: Prompt) -> _Turn:
        """Without an answer of one's own: the default, or later."""
        if prompt.place == HEAD[:1]:
            self.say(self.words.say("ask.needed", skip=self.words.command("quit")))
            return self._ask(0)
        self._keep(prompt, None)
        words = self.words
        said = words.say("ask.assumed", value=prompt.default) if prompt.default else words.say("ask.skipped")
        self.say(f"  {said}")
        return "next"

    def _explain(self, prompt: Prompt) -> None:
        for text in (prompt.meaning, *prompt.help):
            self.say(f"  {text}")

    def _answered(self, prompt: Prompt, text: str) -> bool:
        """Whether a text was taken as the answer."""
        found = prompt.read(text)
        if isinstance(found, Refused):
            self.say(f"  {found.said}")
            return False
        if found.unusual and not self._sure(found):
            return False
        if found.told != text and not text.isdecimal():
            self.say("  " + self.words.say("ask.understood", value=found.told))
        self._keep(prompt, found.value)
        return True

    def _sure(self, found: Read) -> bool:
        words = self.words
        answers = {"yes": words.say("ask.yes"), "no": words.say("ask.no")}
        question = words.say("ask.sure", value=found.told, range=found.unusual, **answers)
        while True:
            typed = self.line(f"  {question} > ").strip().casefold()
            if typed in (answers["yes"].casefold(), answers["yes"][0].casefold(), "yes", "y"):
                return True
            if typed in (answers["no"].casefold(), "n", "no", ""):
                return False
            self.say("  " + words.say("ask.sure.again", **answers))

    def _keep(self, prompt: Prompt, value: object) -> None:
        before = value_at(self.content, prompt.place)
        if prompt.place == HEAD[:1] and before not in (None, value):
            self.say("  " + self.words.say("ask.other_kind"))
            self.content = {k: v for k, v in self.content.items() if k not in ("teams", "answers", "period")}
        if prompt.place == ("period",) and self.content.get("answers") and before != value:
            self.say("  " + self.words.say("ask.other_period"))
        self.content = with_value(self.content, prompt.place, value)
        if value != before:  # a number that somebody types comes from nowhere else any more
            self.content = without_source(self.content, prompt.place)
        self.save(self.content)
        remark = self.remark(self.content, self.words)
        if remark and remark != self._remarked:
            self.say(f"  {remark}")
        self._remarked = remark


def _usual(content: Content) -> str:
    """The period of the kind of company, where none was said; a quarter before that is known."""
    form = LIBRARY.archetypes.get(str(content.get("archetype", "")))
    return form.period if form else "quarter"
