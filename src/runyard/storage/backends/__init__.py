"""The back-ends: SQL for records, a folder for bytes."""
