"""Scenarios as workbooks: one sheet per section, read as strictly as text, written to read back equal."""
