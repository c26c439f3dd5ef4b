"""Longer measurements with commands of their own, which `make bench` does not run."""
