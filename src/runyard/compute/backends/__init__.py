"""The engines, one a module."""
