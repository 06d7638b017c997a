"""The short form of a workbook: four sheets in people's words, read back by the codes that it carries."""
