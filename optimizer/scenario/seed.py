"""The seed of every draw where no other is asked for; alone here, so that asking for it costs nothing."""

SEED = 20240
LARGEST = 2**63 - 1
"""Seeds are columns of tables, which hold 64 bits."""
