"""How many requests a second the cloud takes: a token bucket."""

import math
from dataclasses import dataclass, field


@dataclass
class RequestQuota:
    """Requests per second, with a burst of one second's worth (at least one request).

    Attributes:
        requests_per_second: The steady rate; more than zero.
    """

    requests_per_second: float
    _tokens: float = field(init=False)
    _refilled_at: float | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        if self.requests_per_second <= 0:
            raise ValueError(
                "requests_per_second must be more than zero; use a fault to refuse all"
            )
        self._tokens = self._burst

    @property
    def _burst(self) -> float:
        return max(1.0, self.requests_per_second)

    def seconds_to_wait(self, now: float) -> int | None:
        """Take a request, or say after how many whole seconds to come again.

        Returns:
            None if the request is within the quota, else what belongs into `Retry-After`.
        """
        if self._refilled_at is not None:
            passed = max(0.0, now - self._refilled_at)
            self._tokens = min(self._burst, self._tokens + passed * self.requests_per_second)
        self._refilled_at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return None
        return max(1, math.ceil((1 - self._tokens) / self.requests_per_second))
