"""Results at a terminal."""
