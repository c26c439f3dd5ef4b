"""Thousands of core devices in one account, in simulated time: real engines, one quota for all.

`python -m fleet` runs every scenario and writes the figures and the page, `make fleet`.
"""
