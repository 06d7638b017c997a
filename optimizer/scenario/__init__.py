"""What a company tells us: types, files, checks and problems."""
