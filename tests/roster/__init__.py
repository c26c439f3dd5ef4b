"""Words about devices, lists and a cloud that more than one hand changes, in simulated time.

The engine and its journal are the real ones. The simulation in `tests/simulation` runs all other
parts of the component, with announcements alone.
"""
