"""How fast and how good, against peers, in one run on one machine."""
