"""The process on the compute target: snapshot in, script run, logs and outputs out."""
