"""For pytest: a core device for each test."""
