"""A scenario from estimates, every number with its source."""
