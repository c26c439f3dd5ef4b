"""The only state on disk."""
