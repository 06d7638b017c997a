"""What the exports say, with intervals."""
