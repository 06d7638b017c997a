"""Real exports beside the checkout, which their licences keep out of it; tests skip where they are not."""

from __future__ import annotations

from pathlib import Path

import pytest

_BESIDE = [parent / "shared" / "data" for parent in Path(__file__).resolve().parents]


def real(dataset: str) -> Path:
    """The folder of a data set. Skips the test where it is absent."""
    place = next((folder / dataset for folder in _BESIDE if (folder / dataset).is_dir()), None)
    if place is None:
        pytest.skip(f"data is absent: {dataset}")
    return place
