"""A back end on the cloud's side of AWS IoT Core."""

import json

from greengrass_sandbox import Account, SyncWatch
from integration.associator import PATIENCE_SECONDS, Result, results_in


class BackEnd:
    """Listens on AWS IoT Core.

    Args:
        account: Where.
        topic_filter: To what.
    """

    def __init__(self, account: Account, topic_filter: str) -> None:
        self._watch: SyncWatch = account.watch(topic_filter)

    @property
    def results(self) -> list[Result]:
        """So far, in order."""
        return results_in(self._watch.messages)

    def wait_for(self, status: str, *names: str) -> None:
        """Waits until each of the devices has a result with the status."""
        wanted = {(status, name) for name in names}

        def has_all(_: object) -> bool:
            return wanted <= {(one["status"], one.get("thingName", "")) for one in self.results}

        self._watch.wait_for(has_all, PATIENCE_SECONDS)

    def wait_for_count(self, count: int) -> None:
        """Waits until there are so many results."""
        self._watch.wait_for(lambda _: len(self.results) >= count, PATIENCE_SECONDS)


def enrol(account: Account, *names: str, topic: str) -> None:
    """A back end announces devices."""
    account.publish(topic, json.dumps({"thingNames": names, "id": "order-1"}).encode())
