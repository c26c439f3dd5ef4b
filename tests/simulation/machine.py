"""The core device: its processes come and go, its files stay."""

import sqlite3
from pathlib import Path

from client_device_associator.journal.file import open_journal
from client_device_associator.journal.set_aside import SetAside
from simulation.cloud import Cloud
from simulation.disk import Disk
from simulation.files import Files, Image
from simulation.nucleus import LocalNucleus
from simulation.plan import Ending, Interruption, Plan
from simulation.process import Defect, Process
from simulation.record import Record
from simulation.world import Crash, Thread, World


class Machine:
    """Starts processes, kills them and lets them take their turns.

    Args:
        world: Where time passes.
        plan: The seed's.
        cloud: What the processes call.
        nucleus: What starts them.
        record: Notes everything.
        files: Where the journal lives.
    """

    def __init__(
        self,
        *,
        world: World,
        plan: Plan,
        cloud: Cloud,
        nucleus: LocalNucleus,
        record: Record,
        files: Files,
    ) -> None:
        self.process: Process | None = None
        self._world = world
        self._plan = plan
        self._cloud = cloud
        self._nucleus = nucleus
        self._record = record
        self._files = files
        self._disk: Disk | None = None
        self._synced = Image()
        self._started = 0
        self._due: Interruption | None = None
        self._steps = 0
        self._rng = world.rng("machine")

    def start(self) -> None:
        """Starts a process."""
        self._started += 1
        self._world.say(f"process {self._started} starts")
        self._synced = self._files.read()
        if self._is_troubled and self._plan.dies_at_start > self._rng.random():
            self._due = Interruption(self._world.time)
            self._steps = self._rng.randrange(40)
        process = self.process = Process(
            world=self._world,
            plan=self._plan,
            cloud=self._cloud,
            nucleus=self._nucleus,
            record=self._record,
            journal=self._files.path,
            last_good=self._files.last_good,
            opener=self._open,
            number=self._started,
            crash_point=self._crash_point,
        )
        self._record.started(process)
        self._world.main = _Guarded(self, process, process.main)
        self._world.session = _Guarded(self, process, process.session)

    def kill_worker(self) -> None:
        """A worker dies for no reason."""
        if self.process is not None:
            self.process.worker.kill()

    def interrupt(self, interruption: Interruption) -> None:
        """The process is to end, now or a few steps later."""
        process = self.process
        if process is None or self._due is not None:
            return
        ending = interruption.ending
        if ending is Ending.STOP:
            self._due = interruption
            self._world.say("asked to stop")
            self._record.asked_to_stop(ending)
            process.stop()
        elif ending is Ending.NUCLEUS_LOST:
            self._due = interruption
            self._world.say("the nucleus is lost")
            self._record.asked_to_stop(ending)
            self._nucleus.lose()
            process.lose_nucleus()
        elif interruption.steps is not None or ending is Ending.DEFECT:
            self._due = interruption
            self._steps = interruption.steps or 0
        else:
            self._world.say("killed between turns")
            self.die(process, interruption)

    def run(self, process: Process, thread: Thread) -> None:
        """Lets a thread of a process do what is due; the process may end or die of it."""
        try:
            thread.run()
            if process.exit_code is not None:
                self._end(process)
        except (Crash, Defect):
            self.die(process)

    def close(self) -> None:
        """Lets go of the files."""
        if self._disk is not None:
            self._disk.raw.close()
        self._files.remove()

    @property
    def _is_troubled(self) -> bool:
        return self._world.time < self._plan.healthy_at

    def _open(self, path: Path) -> tuple[sqlite3.Connection, SetAside | None]:
        """Opens the journal; the first time in a process it is held against what is known."""
        process = self.process
        assert process is not None
        self._crash_point("before the journal is opened")
        connection, aside = open_journal(path)
        disk = self._disk = Disk(
            connection,
            world=self._world,
            windows=self._plan.disk,
            files=self._files,
            crash_point=self._crash_point,
            torn=self._tears,
            is_dead=lambda: process.dead,
        )
        disk.on_trouble = self._record.storage_trouble
        disk.on_commit = self._record.committed
        process.journal.on_store = disk.decisions.append
        self._record.opened(disk.raw)
        self._crash_point("after the journal is opened")
        return disk.as_connection(), aside

    def _crash_point(self, where: str) -> None:
        process = self.process
        if process is None:
            return  # one that is being put together
        if process.dead:
            raise Crash
        due = self._due
        if due is None or due.ending in {Ending.STOP, Ending.NUCLEUS_LOST}:
            return
        if not self._is_troubled:
            self._due = None
            return
        self._steps -= 1
        if self._steps >= 0:
            return
        if due.ending is Ending.DEFECT:
            self._due = None
            self._world.say(f"defect: {where}")
            self._world.strike(f"defect {where.partition(':')[0]}")
            raise Defect(where)
        self._world.say(f"killed: {where}")
        self._world.strike(f"crash {where.partition(':')[0]}")
        raise Crash

    def _tears(self) -> bool:
        """Whether the crash that is about to come strikes in the middle of a commit."""
        due = self._due
        if due is None or due.ending not in {Ending.KILL, Ending.POWER_LOSS}:
            return False
        if self._steps > 1 or self._rng.random() < 0.5:
            return False
        self._steps = 0
        return True

    def _end(self, process: Process) -> None:
        """The process has ended by itself."""
        assert process.exit_code is not None
        self._world.say(f"ended with exit code {process.exit_code}")
        self._record.ended(process.exit_code)
        self.die(process)

    def die(self, process: Process, how: Interruption | None = None) -> None:
        """Nothing is left of the process but its files; the next one is on its way."""
        if process.dead:
            return
        how = how or self._due or Interruption(self._world.time)
        self._due = None
        self._record.died()
        self._world.strike(how.ending.value)
        process.die()
        self.process = self._world.main = self._world.session = None
        disk, self._disk = self._disk, None
        synced = None
        if disk is not None and how.ending is Ending.POWER_LOSS and not disk.syncs_commits:
            synced = self._synced
        is_torn = how.ending is Ending.POWER_LOSS and self._rng.random() < 0.5
        self._files.leave(synced=synced, garbage=self._rng if is_torn else None)
        if disk is not None:
            disk.raw.close()
        self._world.at(self._world.time + how.down, self.start)


class _Guarded:
    """A thread of a process, whose death ends no more than the process."""

    def __init__(self, machine: Machine, process: Process, thread: Thread) -> None:
        self._machine = machine
        self._process = process
        self._thread = thread

    @property
    def ready_at(self) -> float:
        """When it has something to do unless an event comes first."""
        return self._thread.ready_at

    def run(self) -> None:
        """Does it."""
        self._machine.run(self._process, self._thread)
