"""A first map of any export: columns and outcomes told by words and values; what is not sure is marked."""
