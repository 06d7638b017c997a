"""Luck and doubt: draws, payouts in bad cases, ranges of sources, guarantees."""
