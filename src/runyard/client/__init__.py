"""The typed HTTP client: one module a noun over one transport, the recorder, and the embedded server's start and stop."""
