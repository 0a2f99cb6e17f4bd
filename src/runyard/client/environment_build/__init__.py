"""Builds the Python environment of a run once, and finds it again."""
