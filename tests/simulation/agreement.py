"""Whether journal and cloud agree, and whether it is time that they do."""

from client_device_associator.core.operation import Operation
from simulation.facts import Broken
from simulation.record import Record

LATENESS, CONFIRM, CONFIRM_SHARE = 300.0, 60.0, 0.25
LONGEST_USELESS = 3600.0
_SLACK = 30.0
"""For the pages of a list that goes well."""

_SPREAD = 1.1


class Agreement:
    """The journal agrees with the cloud within an interval and the second list that confirms.

    Args:
        record: What has happened.
        settled_at: From when on the last configuration is in effect.
    """

    def __init__(self, record: Record, settled_at: float) -> None:
        self._record = record
        self._settled_at = settled_at

    @property
    def cap(self) -> float:
        """Seconds within which a list that is good has come, and was confirmed."""
        longest = max(one.policy.reconcile_seconds for one in self._record.plan.settings)
        return 3 * _SPREAD * longest + LONGEST_USELESS + LATENESS

    def holds(self) -> bool:
        """Whether they agree, or need not; raises Broken if it is too late for that."""
        record = self._record
        interval = record.process.policy.reconcile_seconds
        if not interval or not record.cloud.may(Operation.LIST):
            return True
        roster, now = record.roster, record.world.time
        since = max(record.plan.healthy_at, self._settled_at)
        if roster.compared_began_at >= since + LATENESS and not self._differences():
            return True
        # What has settled since is not judged by a list that began too soon afterwards.
        since = max(since, record.last_settled_at, record.process.started_at)
        confirmed = roster.compared_at + min(CONFIRM, CONFIRM_SHARE * interval) + _SLACK
        if roster.compared_began_at >= since + LATENESS and now > confirmed:
            raise Broken("RosterAgrees", self.text())
        return False

    def text(self) -> str:
        """What the difference is."""
        return f"cloud and journal differ in {sorted(self._differences())[:5]}"

    def _differences(self) -> set[str]:
        rows = self._record.process.stored("SELECT thing_name FROM device WHERE state = 1")
        believed = {str(name) for (name,) in rows}
        return believed ^ self._record.cloud.associations.table
