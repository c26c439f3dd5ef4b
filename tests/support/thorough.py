"""How often a test repeats what chance decides: seldom on every run, often in `make check`."""

import os


def repeats(seldom: int, often: int) -> int:
    """`often` if the environment has THOROUGH, as in `make check`; `seldom` otherwise.

    For tests whose worth grows with the number of tries and whose time does as well: kills at
    random moments, seeds. Each is worth having with the small number too.
    """
    return often if os.environ.get("THOROUGH") else seldom
