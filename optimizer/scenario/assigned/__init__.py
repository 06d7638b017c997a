"""What-ifs without an editor: `--set rules.budget.expected=+5%` changes a value of a scenario for one run."""
