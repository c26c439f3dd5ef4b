"""When the cloud is asked for its list, and what is made of it."""

from client_device_associator.core.answer import Listed
from client_device_associator.core.decision import Call, Decision
from client_device_associator.core.device import Device, Origin
from client_device_associator.core.life import QUEUED, DeviceState
from client_device_associator.core.operation import Operation
from client_device_associator.core.result import Status
from simulation.agreement import CONFIRM, CONFIRM_SHARE, LATENESS
from simulation.check import Check
from simulation.facts import Flight, Life
from simulation.plan import Fault
from simulation.record import Record

ON_DEMAND = 60.0
LEAST_SHARE = 0.9
"""Of an interval: it is shorter or longer by a tenth."""

USELESS_FLOOR = 300.0
_ROUNDING = 0.01
_TURN = 0.1
_SLOW_TURN = 10.0
"""With a slow disk a list is decided on so long before its first page is asked for."""


class ListsAreFew(Check):
    """An interval has two lists at most: its own, and one more if somebody was missing on that.

    Somebody may ask for more, but not within a minute of the list before. A list that proves
    nothing is followed by the next after 5 minutes, or after the interval; a page that did not come
    is asked for again when the service says. Without the permission it is once an interval.
    A process, or another interval, begins anew.
    """

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._starts_over()

    def _starts_over(self) -> None:
        self._over_at: float | None = None
        self._began_at = 0.0
        self._asked = self._confirmed = False
        self._wait = 0.0
        self._retries = False
        self._is_given_up = self._runs and self.record.flight is not None
        self._interval = self.record.process.policy.reconcile_seconds if self._runs else 0.0

    @property
    def _runs(self) -> bool:
        return hasattr(self.record, "process")

    def began(self) -> None:
        """Another process knows of no list."""
        self._starts_over()

    def started(self) -> None:
        """Nor does one that has lost its memory."""
        self._starts_over()

    def reconfigured(self) -> None:
        """Another interval begins now."""
        if self.record.process.policy.reconcile_seconds != self._interval:
            self._starts_over()

    def roster_requested(self) -> None:
        """Somebody asks."""
        self._asked = True

    def listed(self, call: Call) -> None:
        """It is time for this page."""
        now, interval = self.record.world.time, self.record.process.policy.reconcile_seconds
        self.require(interval, "a list that nobody wants")
        self.require(call.next_token is None or not self._wait, "a useless list goes on")
        if call.next_token is not None or self._over_at is None:
            if call.next_token is None and not self._retries:
                self._began_at = now
            self._is_given_up = False
            return
        since_end, since_start = now - self._over_at, now - self._began_at
        least = interval * LEAST_SHARE
        is_asked = self._asked and since_start >= ON_DEMAND - _SLOW_TURN
        confirm = min(CONFIRM, CONFIRM_SHARE * interval) - _ROUNDING
        confirms = not self._confirmed and since_end >= confirm
        if self._wait:
            is_time = since_end >= min(self._wait, interval) - _ROUNDING
            self.require(is_time or is_asked, f"a list {since_end:.1f} s after a useless one")
        else:
            is_time = since_end >= least - _ROUNDING
            right = is_time or is_asked or confirms
            self.require(right, f"a list {since_end:.1f} s after another, of every {interval} s")
        self._confirmed = confirms and not is_time and not is_asked
        self._asked = self._is_given_up = False
        self._began_at = now

    def storage_trouble(self) -> None:
        """What an answer means was lost, maybe: then the list starts again."""
        self._over_at = None
        self._confirmed = False

    def page_came(self, flight: Flight) -> None:
        """Whether that was the last page."""
        reply, now = flight.reply, self.record.world.time
        answer = reply.answer
        if self._is_given_up:
            return  # it was asked for another interval
        self._wait = 0.0
        self._retries = reply.fault is not None and flight.call.next_token is None
        if reply.fault is Fault.ACCESS_DENIED:
            # Nobody was missing: nothing is to be confirmed.
            self._over_at, self._confirmed = now, True
        elif reply.fault is Fault.CORE_INVALID or (
            reply.fault is None and not isinstance(answer, Listed)
        ):
            self._over_at, self._wait = now, USELESS_FLOOR
        elif reply.fault is not None or not isinstance(answer, Listed):
            self._over_at = None  # it is asked for again
        elif answer.next_token is None:
            self._over_at = now
        elif answer.next_token == flight.call.next_token:
            self._over_at, self._wait = now, USELESS_FLOOR


class NobodyIsHeldUp(Check):
    """A batch that is due leaves before the next page is asked for, and operations take turns."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._last: Operation | None = None

    def started(self) -> None:
        """Whose turn it was is forgotten."""
        self._last = None

    def listed(self, call: Call) -> None:  # noqa: ARG002 - a hook
        """Nobody is due who is not held up by something else."""
        late = self._late()
        self.require(not late, f"{late[:3]} wait for a list")

    def called(self, call: Call) -> None:
        """Nobody waits for the other operation when one is called again."""
        if call.operation is self._last:
            late = [one for one in self._late() if one.operation is not self._last]
            self.require(not late, f"{late[:3]} wait for another {call.operation.value}")
        self._last = call.operation

    def _late(self) -> list[Life]:
        record = self.record
        if record.plan.clock_jumps or record.plan.first_wall_offset or record.plan.disk:
            return []
        now, wait = record.world.time, record.process.policy.max_wait_seconds
        return [
            life
            for life in record.lives.values()
            if record.pace.resume_by(life.operation) <= now
            and max(life.began_at, life.due_by) + wait < now - _TURN
        ]


class ListsAreRead(Check):
    """A list makes nothing known but what is on it, and nothing forgotten that it cannot know of.

    A device is forgotten that was on neither of the last two complete lists, and that was
    associated 5 minutes before the last of them began. One is restored if this component has
    associated it, and if that is wanted. Known is who is on the list; the first one reports nobody.
    """

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._since: dict[str, float] = {}
        self._ours: set[str] = set()
        self._listed: set[str] = set()
        self._may_list = self._is_settled = False

    def began(self) -> None:
        """To a process whose clock was set forward all that was stored before seems to be old."""
        record = self.record
        if any(seconds > 0 and at <= record.world.time for at, seconds in record.plan.clock_jumps):
            self._since.clear()

    def started(self) -> None:
        """Whether the list may be read is found out again."""
        self._may_list = False

    def reconfigured(self) -> None:
        """As above; a comparison goes on by the settings that it began with."""
        self._may_list = self._is_settled = False

    def page_came(self, flight: Flight) -> None:
        """Whether the list may be read."""
        self._is_settled = True
        if flight.reply.fault is Fault.ACCESS_DENIED:
            self._may_list = False
        elif flight.reply.fault is None and isinstance(flight.reply.answer, Listed):
            self._may_list = not self.record.pace.storage_failures

    def committed(self, decision: Decision) -> None:
        """What it says of devices is justified."""
        record = self.record
        policy = record.process.policy
        said = {one.thing_name for one in decision.waiting} | set(decision.settled)
        for name in decision.forgotten:
            self._is_missing(name)
            restored = policy.restores and self._is_settled and name in self._ours
            self.require(not restored, f"{name} is ours, has vanished and is not restored")
            self._ours.discard(name)
        for device in decision.devices:
            if device.thing_name not in said and device.thing_name not in record.lives:
                self._is_by_a_list(device)
            if device.state is not DeviceState.ASSOCIATED:
                self._since.pop(device.thing_name, None)
            elif device.thing_name in record.lives:
                self._since[device.thing_name] = record.world.time
            self._note_whose(device)
        for result in decision.durable:
            if result.status is Status.APPEARED:
                self.require(record.roster.compared, f"{result} on the first list")
            if result.status is Status.VANISHED:
                self._is_missing(result.thing_name or "")
        if decision.forget_before is not None and policy.reconcile_seconds and self._may_list:
            self.require(not decision.forgets_associated, "associations expire beside a list")

    def _note_whose(self, device: Device) -> None:
        """Ours is who was associated by a call, and not known from a list before."""
        name, is_called_for = device.thing_name, device.thing_name in self.record.lives
        if device.state is DeviceState.ASSOCIATED and not is_called_for:
            self._ours.discard(name)
            self._listed.add(name)
        elif device.state is DeviceState.ASSOCIATED:
            unclear = name in self._listed or self.record.plan.says_already
            unclear = unclear or device.origin is Origin.UNCLEAR
            (self._ours.discard if unclear else self._ours.add)(name)
        elif device.state not in QUEUED:
            self._ours.discard(name)

    def _is_by_a_list(self, device: Device) -> None:
        """Nobody has said anything about this one, and no call was made for it."""
        record, name = self.record, device.thing_name
        if device.state in QUEUED:
            self._is_missing(name)
            wanted = record.process.policy.restores or not self._is_settled
            self.require(wanted, f"{name} is restored without a wish")
            ours = name in record.cloud.associations.ever
            self.require(ours, f"{name} is restored, and is not ours")
            return
        self.require(device.state is DeviceState.ASSOCIATED, f"{device} by a list")
        lists = record.roster.complete
        listed = lists and name in lists[-1][1]
        self.require(listed, f"{name} is known of a list, and was not on it")
        self._was_there(name)

    def _was_there(self, name: str) -> None:
        """It cannot be known of a list that is older than the last call for it."""
        record, cloud = self.record, self.record.cloud.associations
        released = cloud.ours_at.get(name, -LATENESS) if name in cloud.released else -LATENESS
        late = name not in cloud.table and released > record.roster.began_at - LATENESS
        late = late and cloud.by_hand_at.get(name, -1.0) < released
        self.require(not late, f"{name} was disassociated at {released:.1f}, and a list undoes it")

    def _is_missing(self, name: str) -> None:
        lists = self.record.roster.complete
        twice = len(lists) > 1 and not any(name in names for _, names in lists)
        self.require(twice, f"{name} is not missing on two lists")
        since = self._since.get(name)
        began = self.record.roster.began_at
        old = since is None or since <= began - LATENESS + _ROUNDING
        self.require(old, f"{name} is associated since {since}, the list began at {began:.2f}")
