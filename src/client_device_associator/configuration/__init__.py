"""A configuration document becomes settings, or a list of every problem in it."""
