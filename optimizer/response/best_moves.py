"""The largest gains that bounded, balanced moves of a team's work bring: linear programs side by side in one,
since building each apart takes ten times as long as solving them."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from optimizer.arrays import Floats

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_AT_ONCE = 200
"""Programs that are solved as one."""
_KEPT = 1_000
"""Answers that are remembered: a few numbers each."""
_answers: dict[bytes, Floats] = {}
"""By all numbers of the programs. A company that is calibrated again, changed in what moves nothing here (its
pay, a curve), asks the same programs, and building and solving them is most of a calibration."""


@dataclass(frozen=True)
class Moves:
    """R programs of one team: changes Δ of its activities with `balance` Δ = 0 within `low` and `high`
    (R, A), where the change loses (`lost` Δ, (R, A)) at most `purse` (R,); no such limit without them."""

    balance: Floats
    low: Floats
    high: Floats
    lost: Floats | None = None
    purse: Floats | None = None

    def rows(self, some: slice) -> Moves:
        """Some of the programs."""
        lost, purse = (None if each is None else each[some] for each in (self.lost, self.purse))
        return Moves(self.balance, self.low[some], self.high[some], lost, purse)


def largest_gains(moves: Moves, gain: Floats) -> Floats:
    """max gain·Δ of each program, (R,), for `gain` (R, A). Raises RuntimeError where HiGHS finds none."""
    parts = [slice(first, first + _AT_ONCE) for first in range(0, len(gain), _AT_ONCE)]
    return np.concatenate([np.zeros(0), *(_answered(moves.rows(part), gain[part]) for part in parts)])


def _answered(moves: Moves, gain: Floats) -> Floats:
    """Solved once: the same numbers have the same answer, to the bit."""
    asked = _fingerprint(moves.balance, moves.low, moves.high, moves.lost, moves.purse, gain)
    if asked not in _answers:
        if len(_answers) >= _KEPT:
            _answers.clear()
        _answers[asked] = _side_by_side(moves, gain)
    return _answers[asked]


def _fingerprint(*arrays: Floats | None) -> bytes:
    """Of shapes and all numbers, in which no two programs agree."""
    seen = blake2b()
    for array in arrays:
        seen.update(b"none" if array is None else repr(array.shape).encode() + array.tobytes())
    return seen.digest()


def _side_by_side(moves: Moves, gain: Floats) -> Floats:
    """Variables in units of `high`, rows near 1."""
    from scipy.optimize import linprog

    unit = np.where(moves.high > 0, moves.high, 1.0)
    scaled = gain * unit
    size = np.maximum(np.abs(scaled).max(axis=1, keepdims=True), 1e-300)
    program = linprog(
        -(scaled / size).ravel(),
        **_purses(moves, unit),
        **_balances(moves.balance, unit),
        bounds=np.c_[(moves.low / unit).ravel(), (moves.high / unit).ravel()],
        method="highs",
    )
    if program.status != 0:
        raise RuntimeError(f"how far a team can move a KPI could not be computed: {program.message}")
    return np.asarray((scaled * program.x.reshape(scaled.shape)).sum(axis=1))


def _purses(moves: Moves, unit: Floats) -> dict[str, csr_array | Floats]:
    if moves.lost is None or moves.purse is None:
        return {}
    cost, purse = moves.lost * unit, moves.purse[:, None]
    dear = np.maximum(np.abs(cost).max(axis=1, keepdims=True), purse)
    dear = np.where(dear > 0, dear, 1.0)
    return {"A_ub": _diagonal((cost / dear)[:, None]), "b_ub": (purse / dear).ravel()}


def _balances(balance: Floats, unit: Floats) -> dict[str, csr_array | Floats]:
    if not len(balance):
        return {}
    rows = _near_one(balance * unit[:, None])
    return {"A_eq": _diagonal(rows), "b_eq": np.zeros(len(unit) * len(balance))}


def _diagonal(blocks: Floats) -> csr_array:
    """Blocks (R, m, n) along the diagonal of a sparse matrix (R m, R n)."""
    from scipy.sparse import csr_array

    count, rows, columns = blocks.shape
    at = np.arange(columns) + columns * np.arange(count)[:, None, None]
    ends = columns * np.arange(count * rows + 1)
    shape = (count * rows, count * columns)
    return csr_array((blocks.ravel(), np.broadcast_to(at, blocks.shape).ravel(), ends), shape=shape)


def _near_one(rows: Floats) -> Floats:
    size = np.abs(rows).max(axis=-1, keepdims=True)
    return np.asarray(rows / np.where(size > 0, size, 1.0))
