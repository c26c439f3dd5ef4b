"""What only whole packages show: installed, broken, killed, updated and rolled back for real.

`make packages-check` runs it, in some minutes. It is no part of the tests: it needs the wheels of
the lock, several versions of Python, and root to be another user. It never needs a network, but for
the wheels if no folder has them.
"""
