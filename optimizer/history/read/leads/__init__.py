"""What rows are: leads, copies, lines, states, totals; when data end."""
