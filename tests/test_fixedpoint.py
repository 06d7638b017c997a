"""Fixed points: which are found, which are refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from optimizer.response.fixed_point import Image, fixed_points

TARGET = 1e-10
FREE = np.full(1, -np.inf)
Map = Callable[[np.ndarray], np.ndarray]


def image(f: Map) -> Image:
    def at(_: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return f(z), np.abs(f(z) - z).max(axis=1)

    return at


def end_of(f: Map, start: float, least: np.ndarray = FREE) -> tuple[float, float]:
    """Where the search ends, and the residual there."""
    z, _ = fixed_points(image(f), np.full((1, 1), start), least, TARGET)
    return float(z[0, 0]), float(np.abs(f(z) - z)[0, 0])


@pytest.mark.parametrize("slope", [0.9, -1.0, -30.0, -3000.0])
def test_a_point_that_learning_leads_to_is_found_however_steep_the_answer(slope: float) -> None:
    z, residual = end_of(lambda z: 1 + slope * (z - 1), 0.3)
    assert residual <= TARGET
    assert z == pytest.approx(1, abs=1e-8)


def test_a_steep_kink_is_no_obstacle() -> None:
    z, residual = end_of(lambda z: np.where(z < 1, 1 - 40 * (z - 1), 1 - 0.1 * (z - 1)), 0.2)
    assert residual <= TARGET
    assert z == pytest.approx(1, abs=1e-8)


def test_of_several_points_the_one_that_learning_in_small_steps_reaches_is_taken() -> None:
    for start, end in ((0.4, 0.0), (0.6, 1.0)):
        z, residual = end_of(lambda z: z + 8 * z * (1 - z) * (z - 0.5), start)
        assert residual <= TARGET
        assert z == pytest.approx(end, abs=1e-8)


def test_where_nothing_maps_to_itself_the_smallest_residual_is_returned() -> None:
    z, residual = end_of(lambda z: np.where(z < 0.5, 1.0, 0.0), 0.0)
    assert residual > 0.4
    assert abs(z - 0.5) < 0.1


def test_points_stay_at_or_above_the_least() -> None:
    lowest = np.inf

    def f(z: np.ndarray) -> np.ndarray:
        nonlocal lowest
        lowest = min(lowest, float(z.min()))
        return np.maximum(0.2 - 30 * (z - 0.25), 0.1)

    _, residual = end_of(f, 1.0, np.full(1, 0.1))
    assert residual <= TARGET
    assert lowest >= 0.1


def test_points_searched_together_are_those_searched_alone() -> None:
    slopes = np.array([[0.5], [-20.0], [-200.0]])

    def f(rows: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        seen = np.cos(slopes[rows] * z)
        return seen, np.abs(seen - z).max(axis=1)

    together, _ = fixed_points(f, np.zeros((3, 1)), FREE, TARGET)
    for row in range(3):
        alone, _ = fixed_points(
            lambda _, z, row=row: f(np.full(len(z), row), z), np.zeros((1, 1)), FREE, TARGET
        )
        assert together[row, 0] == pytest.approx(alone[0, 0], abs=1e-9)
