"""Runs that other tools have written, as sources of runs to bring in. None of those tools needs to be installed."""
