"""Results as typed tables; the only place where numbers become columns."""
