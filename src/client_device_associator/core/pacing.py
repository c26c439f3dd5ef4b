"""How the calls of many core devices are spread in time."""

from client_device_associator.core import backoff
from client_device_associator.core.pace import Pace
from client_device_associator.core.values import dataclass, replace

SHORTEST_CAP_SECONDS = 45.0
"""Between two calls to a service that is away; what is wrong may be this core device's network."""

LONGEST_SPREAD_SECONDS = 3600

_FIRST_SHARE = 0.05
"""Of the spread: the first round of those who are throttled in a fleet that is spread, by chance or
because the spread is somewhat too short."""

_GROWTH = 3.0
"""Of the rounds while the service is away: a fleet is spread evenly once they are as long as the
spread, so that is to be soon."""


@dataclass(frozen=True, slots=True)
class Pacing:
    """What a core device knows of the fleet that it is part of.

    Attributes:
        spread_seconds: Within this time after its start it makes its first call: as long as the
            service takes for one call of each core device of the account. 0 if nothing is known of
            that.
        away: How long calls wait to which the service does not answer.
        throttled: How long calls wait that it throttles. If it is the same pace, both are counted
            together.
        lists: How long a list waits that nobody has asked for, if its first page is throttled.
    """

    spread_seconds: float = 0.0
    away: Pace = backoff.SERVICE
    throttled: Pace = backoff.SERVICE
    lists: Pace = backoff.LISTS


def paced(spread_seconds: float) -> Pacing:
    """What to do in a fleet that needs so many seconds for one call of each core device.

    After an outage it takes as long as after a start: every core device calls once in that time.
    """
    if not spread_seconds:
        return Pacing()
    cap = max(SHORTEST_CAP_SECONDS, spread_seconds)
    first = max(backoff.SERVICE.first, _FIRST_SHARE * spread_seconds)
    away = replace(backoff.SERVICE, growth=_GROWTH, cap=cap)
    return Pacing(spread_seconds, away, replace(backoff.SERVICE, first=first, cap=cap))
