"""The nucleus: local pub/sub, configuration and state, behind a narrow Protocol."""
