"""Why this plan: one module per question."""
