"""The core device: its processes come and go, its files stay."""

import sqlite3

from client_device_associator.configuration.settings import Settings
from client_device_associator.errors import JournalError
from simulation.cloud import Cloud
from simulation.disk import Disk, WatchedJournal
from simulation.files import Files, Image
from simulation.plan import FOREVER, Interruption, Message, Plan
from simulation.process import Process
from simulation.record import Record
from simulation.world import Crash, World

RESTART_SECONDS = 10.0
"""After a process that could not begin; a nucleus waits a little, too."""


class Machine:
    """Starts processes, kills them and lets them take their turns.

    Args:
        world: Where time passes.
        plan: The seed's.
        cloud: What the processes call.
        record: Notes everything.
        files: Where the journal lives.
    """

    def __init__(
        self, world: World, plan: Plan, cloud: Cloud, record: Record, files: Files
    ) -> None:
        self.process: Process | None = None
        self._world = world
        self._plan = plan
        self._cloud = cloud
        self._record = record
        self._files = files
        self._disk: Disk | None = None
        self._synced = Image()
        self._started = 0
        self._due: Interruption | None = None
        self._deployed: Settings | None = None
        self._steps = 0
        self._dice = world.dice("machine")

    def start(self) -> None:
        """Starts a process."""
        self._started += 1
        self._world.say(f"process {self._started} starts")
        self._synced = self._files.read()
        ailing = self._world.time < self._plan.healthy_at
        if ailing and self._plan.dies_at_start > self._dice.random():
            self._due = Interruption(self._world.time, steps=self._dice.randrange(8))
            self._steps = self._due.steps or 0
        try:
            journal = WatchedJournal(self._files.path, self._wrap)
            self.process = Process(
                world=self._world,
                plan=self._plan,
                settings=self._deployed or self._plan.settings_of(self._started),
                cloud=self._cloud,
                record=self._record,
                journal=journal,
                number=self._started,
                crash_point=self._crash_point,
            )
            journal.disk.on_commit = self._record.committed
            journal.on_drop = self._record.drop
            self.process.begin()
        except Crash:
            self._die()
        except JournalError as error:
            self._world.strike("process could not begin")
            self._world.say(f"the process cannot begin: {error}")
            self._die(Interruption(self._world.time, down=RESTART_SECONDS))

    def hear(self, message: Message) -> None:
        """A message is published on this machine."""
        if self.process is not None:
            self.process.hear(message)

    def turn_away(self, topic: str) -> None:
        """A message finds no room in the inbox."""
        if self.process is not None:
            self._world.strike("message turned away")
            self.process.turn_away(topic)

    def deploy(self, settings: Settings) -> None:
        """A deployment changes the settings, of the process that runs and of all that follow."""
        self._deployed = settings
        if self.process is None:
            return
        self._world.say(f"deployed: {settings}")
        self._world.strike("live reconfiguration")
        try:
            self.process.reconfigure(settings)
        except Crash:
            self._die()

    def kill_worker(self) -> None:
        """A worker dies for no reason."""
        if self.process is not None:
            self.process.worker.kill()

    def interrupt(self, interruption: Interruption) -> None:
        """The process is to end, now or a few steps later."""
        if self.process is None or self._due is not None:
            return
        self._due = interruption
        if interruption.orderly:
            self._stop(self.process)
        elif interruption.steps is None:
            self._world.say("killed between turns")
            self._die()
        else:
            self._steps = interruption.steps

    @property
    def ready_at(self) -> float:
        """When a process takes its next turn unless something happens first."""
        return FOREVER if self.process is None else self.process.ready_at

    def turn(self) -> None:
        """Lets the process take a turn."""
        if self.process is None:
            return
        try:
            self.process.turn()
        except Crash:
            self._die()

    def close(self) -> None:
        """Lets go of the files."""
        if self._disk is not None:
            self._disk.raw.close()
        self._files.remove()

    def _wrap(self, connection: sqlite3.Connection) -> Disk:
        self._disk = Disk(
            connection,
            world=self._world,
            windows=self._plan.disk,
            files=self._files,
            crash_point=self._crash_point,
            torn=self._tears,
        )
        self._disk.on_trouble = self._record.storage_trouble
        return self._disk

    def _crash_point(self, where: str) -> None:
        if self._disk is not None and self._disk.dead:
            raise Crash
        if self._due is None or self._due.orderly:
            return
        if self._world.time >= self._plan.healthy_at:
            self._due = None
            return
        self._steps -= 1
        if self._steps < 0:
            self._world.say(f"killed: {where}")
            self._world.strike(f"crash {where}")
            raise Crash

    def _tears(self) -> bool:
        """Whether the crash that is about to come strikes in the middle of a commit."""
        if self._due is None or self._due.orderly or self._steps > 1 or self._dice.random() < 0.5:
            return False
        self._steps = 0
        return True

    def _stop(self, process: Process) -> None:
        self._world.say("told to stop")
        try:
            process.stop()
        except Crash:
            self._world.say("killed while it stops")
        self._die()

    def _die(self, how: Interruption | None = None) -> None:
        """Nothing is left of the process but its files; the next one is on its way."""
        how = how or self._due or Interruption(self._world.time)
        self._due = None
        self._record.interruptions += 1
        self._world.strike(
            "orderly stop" if how.orderly else "power loss" if how.power else "crash"
        )
        if self.process is not None:
            self.process.die()
        self.process = None
        disk, self._disk = self._disk, None
        if disk is not None:
            disk.dead = True
            lost = None if not how.power or disk.syncs_commits else self._synced
            torn = how.power and self._dice.random() < 0.5
            self._files.leave(synced=lost, garbage=self._dice if torn else None)
            disk.raw.close()
        self._world.at(self._world.time + how.down, self.start)
