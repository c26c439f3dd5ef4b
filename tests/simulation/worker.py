"""A worker as the parent sees it: processes that start, answer, hang, die and are ended."""

from collections.abc import Callable

from client_device_associator.cloud.pipe_protocol import decode_answer, encode_answer
from client_device_associator.cloud.port import CallAnswered, WorkerEnded, WorkerEvent
from client_device_associator.core.answer import Answer, CallFailed, FailureCause
from client_device_associator.core.decision import Call
from client_device_associator.core.operation import Operation
from simulation.cloud import Cloud, Reply
from simulation.plan import Fault
from simulation.record import Record
from simulation.world import World

_END_SECONDS = 0.2
"""How long `WorkerProcess.end` waits for one that does not end by itself."""

_IDLE_END_SECONDS = 0.1
"""One without a call ends when its input does."""

_COMES_TO_LIGHT = (70.0, 120.0)
_UNHEARD = Reply(None, 0.0, Fault.DEATH)


class SimulatedWorker:
    """The worker processes of one component process.

    Args:
        world: Where time passes.
        cloud: Whom they call.
        record: Notes the calls.
        post: Takes the events.
        crash_point: Raises if the process is to die here.
    """

    def __init__(
        self,
        world: World,
        cloud: Cloud,
        record: Record,
        post: Callable[[WorkerEvent], None],
        crash_point: Callable[[str], None],
    ) -> None:
        self._world = world
        self._cloud = cloud
        self._record = record
        self._post = post
        self._crash_point = crash_point
        self._rng = world.rng(f"worker at {world.time}")
        self._started = 0
        self._running = False
        self._dead = False
        self._calls = 0
        self._vanished = False

    @property
    def number(self) -> int:
        """The running process, counted from 1; 0 if there is none."""
        return self._started if self._running else 0

    def warm_up(self) -> None:
        """Starts a process unless there is one."""
        self._crash_point("before a worker starts")
        if not self._running:
            self._started += 1
            self._running, self._dead = True, False
            self._world.say(f"worker {self._started} starts")

    def call(self, call: Call) -> int:
        """Makes a call, unless the process has died; returns its number."""
        self._calls += 1
        number_of_call = self._calls
        self.warm_up()
        self._crash_point("before a call")
        reply = _UNHEARD if self._dead else self._cloud.call(call)
        self._record.called(call, reply)
        self._world.say(f"call {number_of_call}: {call.operation.value} {_named(call)}")
        if reply.fault is Fault.NOT_STARTED:
            self._not_started(number_of_call)
        elif not self._dead:
            number = self._started
            self._later(reply.after, lambda: self._reply(number, number_of_call, reply))
        self._crash_point("after a call")
        return number_of_call

    def end(self) -> None:
        """Ends the process, with whatever it is doing."""
        self._crash_point("before a worker is ended")
        busy = self._record.flight is not None
        self._record.answered(heard=False)
        if not self._running:
            return
        number = self._started
        self._running = False
        self._world.time += self._rng.uniform(0, _END_SECONDS if busy else _IDLE_END_SECONDS)
        self._world.say(f"worker {number} is ended")
        self._later(0.01, lambda: self._post(WorkerEnded(number, "ended with exit code 0")))

    def kill(self) -> None:
        """The process dies of itself, whatever it does."""
        if self._running and not self._dead:
            self._world.strike("idle worker dies")
            self._dies(self._started)

    def _reply(self, number: int, call: int, reply: Reply) -> None:
        current = number == self._started and self._running and not self._dead
        if not current:
            # What it wrote before it was ended may be read late.
            if reply.answer is not None:
                self._world.strike("stale answer")
                self._post(_through_the_pipe(call, reply.answer))
            return
        if reply.dies:
            self._dies(number)
        elif reply.answer is not None:
            self._world.say(f"call {call} is answered: {_said(reply)}")
            self._record.answered()
            self._post(_through_the_pipe(call, reply.answer))
        elif reply.late is not None:
            # It hangs, and is ended before this; then its answer comes to light.
            stale = Reply(reply.late, 0.0)
            after = self._rng.uniform(*_COMES_TO_LIGHT)
            self._later(after, lambda: self._reply(number, call, stale))

    def _not_started(self, call: int) -> None:
        """As the real handle does it: there is no process, and the call is answered at once."""
        self._running = False
        self._record.answered(heard=False)
        reason = CallFailed(FailureCause.UNAVAILABLE, "WorkerNotStarted", "no memory")
        self._post(CallAnswered(call, reason))

    def _dies(self, number: int) -> None:
        self._dead = True
        self._world.say(f"worker {number} dies")
        self._record.answered(heard=False)
        self._post(WorkerEnded(number, "ended with exit code -9"))

    def vanish(self) -> None:
        """The parent is dead, and so are its workers."""
        self._vanished = True

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        self._world.at(self._world.time + seconds, lambda: None if self._vanished else action())


def _through_the_pipe(call: int, answer: Answer) -> CallAnswered:
    """An answer as the real protocol brings it to the parent."""
    return CallAnswered(*decode_answer(encode_answer(call, answer)))


def _named(call: Call) -> str:
    if call.operation is Operation.LIST:
        return f"from {call.next_token or 'the beginning'}"
    names = call.thing_names
    return f"{len(names)}: {', '.join(names[:3])}{', …' if len(names) > 3 else ''}"


def _said(reply: Reply) -> str:
    text = repr(reply.answer)
    return text if len(text) < 400 else text[:400] + "…"
