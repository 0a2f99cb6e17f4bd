"""The one server: HTTP API, dispatcher and Studio."""
