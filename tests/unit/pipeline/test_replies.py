"""What operators are told, by the whole component."""

from client_device_associator.channel.port import Asked, PermissionsAsked
from client_device_associator.channel.protocol import (
    CarriedOut,
    Permissions,
    Refused,
    Reply,
    Trouble,
)
from client_device_associator.core.answer import FailureCause, Succeeded
from client_device_associator.core.operation import Operation
from client_device_associator.core.operator import (
    Announce,
    Done,
    Forget,
    Outcome,
    Reconcile,
    Request,
    Retry,
)
from client_device_associator.core.permission import NO_THING, Permission
from client_device_associator.pipeline.events import StopRequested
from client_device_associator.reporting.notices import CommandCarriedOut
from support.journal_files import connection
from support.rig import Rig, fill_disk, of_kind
from support.values import START, failed_call, policy, settings

DAY = 86_400.0


class Operator:
    """Asks for things, and keeps what was answered."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self.replies: list[Reply] = []

    def wants(self, request: Request) -> Asked:
        """The event for a request."""
        return Asked(request, 1001, self.replies.append)

    def ask(self, request: Request) -> Reply:
        """What is answered in one turn."""
        self._rig.turn(self.wants(request))
        return self.replies.pop()


def test_what_was_done_is_on_disk_when_it_is_told(rig: Rig) -> None:
    """And in the log, with the user who has asked."""
    rig.configure()
    asked: list[int] = []

    def look(_: Reply) -> None:
        other = connection(rig.journal)
        asked.append(len(other.execute("SELECT * FROM device").fetchall()))
        assert not other.in_transaction

    rig.turn(Asked(Announce(("a", "b")), 1001, look))
    assert asked == [2]
    assert of_kind(rig.notices, CommandCarriedOut) == [
        CommandCarriedOut("announce", 1001, ("a", "b"), {"queued": 2})
    ]


def test_devices_that_an_operator_announces_are_called_for(rig: Rig) -> None:
    """And those that are forgotten are not; results go to the roster's topic."""
    rig.configure()
    operator = Operator(rig)
    assert operator.ask(Announce(("a", "b"))) == CarriedOut(
        (Outcome("a", Done.QUEUED), Outcome("b", Done.QUEUED))
    )
    assert operator.ask(Forget(("b",))) == CarriedOut((Outcome("b", Done.FORGOTTEN),))
    assert rig.results() == [("b", "failed", "forgotten")]
    rig.pass_turns(rig.turn(), rig.clock.seconds + 2)
    assert rig.worker.calls == [("a",)]
    rig.answer(Succeeded())
    assert {one.topic for one in rig.nucleus.published} == {"clientdevices/associator/roster"}
    assert rig.results() == [("a", "associated", None)]
    assert operator.ask(Retry(("a",))) == CarriedOut((Outcome("a", Done.ALREADY),))


def test_requests_of_one_turn_are_decided_one_after_the_other(rig: Rig) -> None:
    """Each knows what the one before has changed."""
    rig.configure()
    operator = Operator(rig)
    rig.turn(operator.wants(Announce(("a",))), operator.wants(Forget(("a",))))
    assert operator.replies == [
        CarriedOut((Outcome("a", Done.QUEUED),)),
        CarriedOut((Outcome("a", Done.FORGOTTEN),)),
    ]
    assert rig.journal.pending() == 0


def test_a_device_that_is_forgotten_is_not_taken_for_seen(rig: Rig) -> None:
    """Its next traffic counts as its presence."""
    rig.configure()
    rig.call("a")
    rig.answer(Succeeded())
    seen = rig.component._seen  # noqa: SLF001 - the session's listeners have it
    seen.is_new("a", DAY)
    Operator(rig).ask(Forget(("a",)))
    assert seen.is_new("a", DAY)


def test_the_moment_of_the_list_is_on_the_wall_clock(rig: Rig) -> None:
    """A person reads it."""
    rig.configure(settings(policy=policy(reconcile_seconds=DAY)))
    assert Operator(rig).ask(Reconcile()) == CarriedOut(list_at=START)
    assert of_kind(rig.notices, CommandCarriedOut) == [CommandCarriedOut("reconcile", 1001, (), {})]


def test_a_list_that_the_settings_do_not_want_is_refused(rig: Rig) -> None:
    """With the key that says so."""
    rig.configure()
    reply = Operator(rig).ask(Reconcile())
    assert isinstance(reply, Refused)
    assert reply.trouble is Trouble.LIST_OFF
    assert "reconcile.intervalHours" in reply.message
    assert of_kind(rig.notices, CommandCarriedOut) == []


def permissions(rig: Rig) -> tuple[dict[Operation, Permission], bool]:
    """What is told in one turn about what the role allows."""
    replies: list[Reply] = []
    rig.turn(PermissionsAsked(replies.append))
    (reply,) = replies
    assert isinstance(reply, Permissions)
    return {one.operation: one.permission for one in reply.findings}, reply.is_complete


def test_permissions_are_asked_for_beside_the_queue(rig: Rig) -> None:
    """After the call in flight; no device, no state and no metric changes by it."""
    rig.configure()
    rig.call("a")
    before = len(rig.notices)
    assert permissions(rig) == (
        {Operation.LIST: Permission.NOT_NEEDED, Operation.DISASSOCIATE: Permission.NOT_NEEDED},
        False,
    )
    assert rig.worker.calls == [("a",)], "one call in flight"
    rig.answer(failed_call(FailureCause.UNAVAILABLE))
    assert rig.worker.calls == [("a",), (NO_THING,)]
    after = rig.notices[before:]
    rig.answer(failed_call(FailureCause.ACCESS_DENIED))
    assert rig.notices[before:] == after
    found, is_complete = permissions(rig)
    assert is_complete
    assert found[Operation.ASSOCIATE] is Permission.DENIED
    assert rig.journal.pending() == 1
    assert len(rig.worker.calls) == 2


def test_what_the_settings_ask_for_is_asked_about(rig: Rig) -> None:
    """Also after they have changed."""
    rig.configure()
    rig.configure(settings(policy=policy(reconcile_seconds=DAY)))
    rig.worker.calls.clear()
    found, _ = permissions(rig)
    assert found == {Operation.DISASSOCIATE: Permission.NOT_NEEDED}


def test_nothing_is_done_on_a_disk_that_is_full(rig: Rig) -> None:
    """The operator is told; later it works."""
    rig.configure()
    rig.announce("a")
    fill_disk(rig.journal, full=True)
    operator = Operator(rig)
    many = Announce(tuple(str(number) for number in range(500)))
    assert operator.ask(many) == Refused(
        Trouble.STORAGE, "the core device cannot write to its disk; nothing was done"
    )
    assert rig.journal.pending() == 1
    fill_disk(rig.journal, full=False)
    assert isinstance(operator.ask(many), CarriedOut)
    assert rig.journal.pending() == 501


def test_before_the_first_settings_nothing_can_be_asked(rig: Rig) -> None:
    """Rules may say that nobody is admitted."""
    reply = Operator(rig).ask(Announce(("a",)))
    assert isinstance(reply, Refused)
    assert reply.trouble is Trouble.NOT_READY
    replies: list[Reply] = []
    rig.turn(PermissionsAsked(replies.append))
    assert replies == [reply]


def test_who_asks_while_it_stops_is_answered(rig: Rig) -> None:
    """What has come by then is taken in."""
    rig.configure()
    operator = Operator(rig)
    rig.inbox.put(operator.wants(Announce(("a",))))
    rig.inbox.put(StopRequested(rig.clock.steady()))
    assert rig.loop.turn() is not None
    assert operator.replies == [CarriedOut((Outcome("a", Done.QUEUED),))]
