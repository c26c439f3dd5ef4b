"""Lengths of time, as people write and read them."""

import re

_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
_WRITTEN = re.compile(r"(\d{1,9})(s|min|m|h|d|w)?", re.ASCII)
_LONGEST_SECONDS = 1e12
"""More than any clock is wrong; a damaged row may have infinity."""

_AT_LEAST = 2
"""A unit is used from so many of it: 90 s say more than 1 min."""


def read_duration(text: str) -> float:
    """Seconds of `90`, `90s`, `15min` (or `15m`), `2h`, `3d`, `1w`; raises ValueError."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no length of time such as 90s, 15min, 2h, 3d or 1w")
    number, unit = found.groups(default="s")
    return float(int(number) * _SECONDS["min" if unit == "m" else unit])


def duration(seconds: float) -> str:
    """In one unit, rounded down: `35 s`, `15 min`, `3 h`, `2 d`; at least `0 s`."""
    whole = int(min(max(0.0, seconds), _LONGEST_SECONDS))
    unit = "s"
    for longer in ("min", "h", "d"):
        if whole >= _AT_LEAST * _SECONDS[longer]:
            unit = longer
    return f"{whole // _SECONDS[unit]} {unit}"
