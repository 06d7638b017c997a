"""Published changes of pay: what the model says of them, from what was known before, and what happened.

A case is a folder with `scenario.yaml` and `case.yaml`; `defaults.yaml` beside the folders has the one set of
parameters that all of them must state. Independent of the optimization model, like the room it is in.
"""

from optimizer.rollout.published.case import Case, Defaults, Published, parameters_of
from optimizer.rollout.published.collection import (
    CaseFolder,
    Collection,
    cases_folder,
    collection_in,
    names_in,
)
from optimizer.rollout.published.misses import MISSES, Fit, verdict_of
from optimizer.rollout.published.prediction import Prediction, predictions_of

__all__ = [
    "MISSES",
    "Case",
    "CaseFolder",
    "Collection",
    "Defaults",
    "Fit",
    "Prediction",
    "Published",
    "cases_folder",
    "collection_in",
    "names_in",
    "parameters_of",
    "predictions_of",
    "verdict_of",
]
