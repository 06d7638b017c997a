"""Data in, PDF out; tables and matrices of the templates."""
