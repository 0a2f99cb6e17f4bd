"""Runs of several processes, on one node or several."""
