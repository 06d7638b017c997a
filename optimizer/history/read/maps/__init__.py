"""The map: which column means what, which rows count, what no CRM knows."""
