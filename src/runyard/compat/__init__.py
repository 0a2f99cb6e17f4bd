"""Stand-ins for other products' SDKs."""
