"""Runyard: a self-hosted home for machine-learning runs."""
