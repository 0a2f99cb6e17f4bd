"""Runs as open files: written from a server, and brought into one."""
