"""What is reported to a person: log lines and health."""
