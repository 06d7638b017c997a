"""Phrases and numbers of a language."""
