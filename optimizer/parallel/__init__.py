"""Processes of this machine, and Ctrl-C; a leaf."""
