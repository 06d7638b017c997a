"""Reports: they format, they never compute."""
