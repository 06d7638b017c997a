"""Exports as they are: files, columns, cells, conditions."""
