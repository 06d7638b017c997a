"""What rows of tables are marked with, and from where a figure is told: for whoever fills tables and for
whoever prints them."""

from __future__ import annotations

COMPANY = ""
"""In place of a team: the whole company."""
WHOLE_YEAR = 0
"""In place of a period: the whole year."""
OFTEN = 0.25
"""Probability of exceeding a limit from which it is told."""
ABOVE_TARGET = 1.10
"""Expected share of target pay above which objectives are too low."""
