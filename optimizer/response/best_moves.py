"""The largest gains that bounded, balanced moves of a team's work bring: linear programs side by side in one,
since building each apart takes ten times as long as solving them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
    """R programs of a team: changes Δ of its activities with `balance` Δ = 0, (R, m, A), within `low` and
    `high` (R, A), where the change loses (`lost` Δ, (R, A)) at most `purse` (R,); no such limit without."""

    balance: Floats
    low: Floats
    high: Floats
    lost: Floats | None = None
    purse: Floats | None = None

    def rows(self, some: slice) -> Moves:
        """Some of the programs."""
        lost, purse = (None if each is None else each[some] for each in (self.lost, self.purse))
        return Moves(self.balance[some], self.low[some], self.high[some], lost, purse)

    @staticmethod
    def together(parts: Sequence[Moves]) -> Moves:
        """Programs of one shape, all with purses or none, as those of one."""
        return Moves(
            np.concatenate([part.balance for part in parts]),
            np.concatenate([part.low for part in parts]),
            np.concatenate([part.high for part in parts]),
            _joined([part.lost for part in parts]),
            _joined([part.purse for part in parts]),
        )

    @property
    def shape(self) -> tuple[int, int, bool]:
        """Balances, activities, whether there are purses."""
        return self.balance.shape[1], self.balance.shape[2], self.purse is not None


def largest_gains(moves: Moves, gain: Floats) -> Floats:
    """max gain·Δ of each program, (R,), for `gain` (R, A). Raises RuntimeError where HiGHS finds none."""
    parts = [slice(first, first + _AT_ONCE) for first in range(0, len(gain), _AT_ONCE)]
    return np.concatenate([np.zeros(0), *largest_gains_each([(moves.rows(p), gain[p]) for p in parts])])


def largest_gains_each(asked: Sequence[tuple[Moves, Floats]]) -> list[Floats]:
    """The same of several teams or companies. The same numbers have the same answer: each is solved once."""
    keys = [_fingerprint(m.balance, m.low, m.high, m.lost, m.purse, gain) for m, gain in asked]
    fresh = {key: one for key, one in zip(keys, asked, strict=True) if key not in _answers}
    known = {key: _answers[key] for key in keys if key in _answers} | _solved(fresh)
    if len(_answers) + len(fresh) > _KEPT:
        _answers.clear()
    _answers.update((key, known[key]) for key in list(fresh)[:_KEPT])
    return [known[key] for key in keys]


def _solved(asked: Mapping[bytes, tuple[Moves, Floats]]) -> dict[bytes, Floats]:
    found: dict[bytes, Floats] = {}
    for shape in dict.fromkeys(moves.shape for moves, _ in asked.values()):
        for keys in _few([(key, len(gain)) for key, (moves, gain) in asked.items() if moves.shape == shape]):
            moves, gains = zip(*(asked[key] for key in keys), strict=True)
            answers = _side_by_side(Moves.together(moves), np.concatenate(gains))
            ends = np.cumsum([len(gain) for gain in gains])[:-1]
            found.update(zip(keys, np.split(answers, ends), strict=True))
    return found


def _few(sized: Sequence[tuple[bytes, int]]) -> Iterator[list[bytes]]:
    """Keys with the number of their programs, in groups of as many programs as are solved as one."""
    group: list[bytes] = []
    programs = 0
    for key, count in sized:
        if group and programs + count > _AT_ONCE:
            yield group
            group, programs = [], 0
        group.append(key)
        programs += count
    if group:
        yield group


def _fingerprint(*arrays: Floats | None) -> bytes:
    """Of shapes and all numbers, in which no two programs agree."""
    seen = blake2b()
    for array in arrays:
        seen.update(b"none" if array is None else repr(array.shape).encode() + array.tobytes())
    return seen.digest()


def _joined(arrays: Sequence[Floats | None]) -> Floats | None:
    given = [array for array in arrays if array is not None]
    return np.concatenate(given) if given else None


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
    if not balance.shape[1]:
        return {}
    rows = _near_one(balance * unit[:, None])
    return {"A_eq": _diagonal(rows), "b_eq": np.zeros(rows.shape[0] * rows.shape[1])}


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
