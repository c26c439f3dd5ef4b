"""Measurements, in ratios to something else in the same run: `make bench`. They are not tests."""
