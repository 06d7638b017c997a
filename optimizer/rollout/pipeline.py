"""What is under way: yields that arrive a period, or several, after the work that brings them.

Work is spread evenly over a period, so a lag of 0.25 brings three quarters of the yields in the same period
and one quarter in the next.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from optimizer.arrays import Floats
from optimizer.response.network import Network


def arrival_shares(lag: Floats) -> Floats:
    """Share of an activity's yields that arrives j periods after the work, (J, A); columns sum to 1."""
    whole = np.floor(lag).astype(int)
    shares = np.zeros((int(whole.max(initial=0)) + 2, len(lag)))
    every = np.arange(len(lag))
    shares[whole, every] = 1 - (lag - whole)
    shares[whole + 1, every] += lag - whole
    return shares


@dataclass(frozen=True)
class Pipeline:
    """Units that will enter the stages in this period and the next ones, (J, S, N)."""

    coming: Floats

    @property
    def now(self) -> Floats:
        """What arrives this period from work of earlier ones, (S, N)."""
        return np.asarray(self.coming[0])

    def after(self, network: Network, shares: Floats, x: Floats) -> Pipeline:
        """The pipeline one period later, x (S, A) having been done in this one."""
        later = np.concatenate([self.coming[1:], np.zeros_like(self.coming[:1])])
        return Pipeline(later + np.stack([(x * share) @ network.yields.T for share in shares[1:]]))


def in_transit(network: Network, shares: Floats, count: int) -> Pipeline:
    """What today's plan has under way, having been followed for long, the same for `count` draws."""
    beyond = np.cumsum(shares[:0:-1], axis=0)[::-1]
    coming = np.stack([(network.baseline * share) @ network.yields.T for share in beyond])
    return Pipeline(np.repeat(coming[:, None, :], count, axis=1))


def present(network: Network, shares: Floats, arriving: Floats) -> Network:
    """The funnel of one period: what arrives (S, N) is given, and work yields what it yields at once."""
    return replace(network, yields=network.yields * shares[0], inflow=network.inflow + arriving)
