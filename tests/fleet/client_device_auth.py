"""Client device auth, which lists the associated devices of its core device once a day.

Its refresh runs 24 hours after its start (aws.greengrass.clientdevices.Auth), with the retries of
the AWS SDK: three attempts, full jitter below 1 s and 2 s after throttling, then not before the
next day.
"""

import random

from fleet.account import Account
from fleet.world import World

ATTEMPTS = 3
_BASE_SECONDS = 1.0


class ClientDeviceAuth:
    """One for the whole fleet.

    Attributes:
        lists: That have come.
        missed: That have not, for that day, although the service was there.
    """

    def __init__(self, world: World, account: Account, rng: random.Random) -> None:
        self._world = world
        self._account = account
        self._rng = rng
        self.lists = self.missed = 0

    def list_at(self, when: float, attempts: int = 1) -> None:
        """One core device's refresh is due."""
        self._world.at(when, lambda: self._list(attempts))

    def _list(self, attempts: int) -> None:
        refused = 0.0 if self._account.is_away() else self._account.takes()
        if refused is None:
            self.lists += 1
        elif attempts == ATTEMPTS:
            self.missed += not self._account.is_away()
        else:
            wait = self._rng.uniform(0, _BASE_SECONDS * 2 ** (attempts - 1))
            self.list_at(self._world.now + max(refused, wait), attempts + 1)
