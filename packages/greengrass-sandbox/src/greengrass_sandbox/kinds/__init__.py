"""The two nuclei: all that differs between them, and nothing else, is in here.

`CLASSIC` and `LITE` are put together in `classic/profile.py` and `lite/profile.py`; the other rooms
ask the profile that they are given and never for its name.
"""

from greengrass_sandbox.kinds.classic.profile import CLASSIC
from greengrass_sandbox.kinds.lite.profile import LITE

__all__ = ["CLASSIC", "LITE"]
