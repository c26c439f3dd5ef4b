"""Asks AWS IoT Greengrass what nobody documents about associations, and writes it down.

A tool for a machine with AWS credentials; it is no part of the component, and not on any device.
"""
