"""Controls that fail, in sentences for page one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from reports.words.catalogue import Words
from reports.words.sentences import in_unit


def failed_controls(words: Words, tables: Mapping[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Controls of the workbook that fail, each with its numbers; of today's plan where there is no other."""
    controls = tables["controls"]
    failed = [_control_line(words, c) for _, c in controls[controls["verdict"] == "failed"].iterrows()]
    if not failed:
        return []
    planned = (tables["plans"]["kind"] == "chosen").any()
    title = words.say("alert.controls" if planned else "alert.controls_today")
    return [{"title": title, "lines": failed, "tone": "bad"}]


def _control_line(words: Words, control: Any) -> str:
    numbers = {c: in_unit(words, control["unit"], control[c]) for c in ("value", "limit", "difference")}
    return words.say(f"alert.control_{control['side']}", control=control_name(words, control), **numbers)


def control_name(words: Words, control: Any) -> str:
    """`Team limit (loaded): Desk`."""
    name = words.label(control, "control")
    return words.say("name.of", thing=name, part=words.label(control, "team")) if control["team"] else name
