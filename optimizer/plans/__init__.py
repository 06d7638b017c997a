"""Which plans there are, which rules they keep, and what they are worth."""
