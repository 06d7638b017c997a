"""Several units, one envelope: which solved plan each unit gets, and what luck does to the sum."""

from optimizer.rollout.envelope.best import Combination, total
from optimizer.rollout.envelope.choices import BusinessUnit, Choice, Found, unit_of
from optimizer.rollout.envelope.joint import JointPayouts
from optimizer.rollout.envelope.rolled_up import RolledUp, Side, roll_up

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
