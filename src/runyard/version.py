"""The one place that holds Runyard's version."""

VERSION = "0.1.0"
