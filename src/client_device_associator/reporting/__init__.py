"""What a person is told: log lines and health."""
