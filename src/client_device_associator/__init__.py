"""Associates client devices with the core device near which they announce themselves."""

__version__ = "0.1.0"
