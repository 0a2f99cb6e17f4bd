"""Tests of the whole: SDK, server process, runner process."""
