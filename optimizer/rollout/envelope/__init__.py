"""Several units, one envelope: which solved plan each unit gets, and what luck does to the sum."""

from optimizer.rollout.envelope.best import Combination, total
from optimizer.rollout.envelope.joint import JointPayouts
from optimizer.rollout.envelope.rolled_up import RolledUp, Side, roll_up
from optimizer.rollout.envelope.unit_choices import BusinessUnit, Choice, Found, unit_of

__all__ = [
    "BusinessUnit",
    "Choice",
    "Combination",
    "Found",
    "JointPayouts",
    "RolledUp",
    "Side",
    "roll_up",
    "total",
    "unit_of",
]
