"""Puts the libraries into the component's package when it is built; not on a device.

Standard library alone: a build needs nothing else.
"""
