"""How many of something may go out in a time."""


class RateLimit:
    """A token bucket: a burst at once, then a steady rate.

    Args:
        burst: How many may come at once.
        per_second: How quickly the allowance grows back.
    """

    def __init__(self, burst: int, per_second: float) -> None:
        self._burst = burst
        self._per_second = per_second
        self._allowance = float(burst)
        self._asked_at = 0.0

    def allow(self, count: int, steady: float) -> int:
        """How many of so many may go ahead at this steady moment; they count as used."""
        grown = max(0.0, steady - self._asked_at) * self._per_second
        self._asked_at = steady
        self._allowance = min(float(self._burst), self._allowance + grown)
        allowed = min(count, int(self._allowance))
        self._allowance -= allowed
        return allowed
