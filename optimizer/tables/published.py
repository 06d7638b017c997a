"""Published cases as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optimizer.rollout.published import CaseFolder, Collection, Prediction
from optimizer.tables.table import number

Json = dict[str, Any]


def predictions_json(collection: Collection, predictions: Sequence[Prediction]) -> Json:
    """`--json` of `published`: parameters, every case with its measures, and the misses by name."""
    return {
        "parameters": collection.defaults.parameters.model_dump(),
        "cases": {
            case.name: _case(case, [p for p in predictions if p.case is case]) for case in collection.cases
        },
        "misses": [f"{p.case.name}.{p.name}" for p in predictions if p.missed],
    }


def _case(folder: CaseFolder, predictions: Sequence[Prediction]) -> Json:
    case = folder.case
    return {
        **case.model_dump(
            include={"title", "source", "change", "stakes", "slack", "cannot_say"}, mode="json"
        ),
        "inputs": folder.inputs,
        "measures": {p.name: _measure(p) for p in predictions},
    }


def _measure(prediction: Prediction) -> Json:
    measure, ratio = prediction.measure, prediction.ratio
    return {
        "label": measure.label,
        "plan": measure.plan,
        "against": measure.against or "current",
        "unit": measure.as_,
        "published": measure.published.model_dump(),
        "first_response": number(prediction.first_response),
        "consistent": number(prediction.consistent),
        "low": number(prediction.low),
        "high": number(prediction.high),
        "ratio": None if ratio is None else number(ratio),
        "verdict": prediction.verdict,
    }
