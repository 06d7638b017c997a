"""The model at given beliefs: cells, regions, cuts, tangents."""
