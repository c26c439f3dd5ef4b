"""What happens in the demo, in order: a wave, a storm, and a wave while the cloud is away."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from demo import outcome
from demo.announcements import MISTAKES, SHARED_TOPIC, Announcement, in_every_form
from demo.outcome import Outcome, Wave
from demo.progress import Board, Progress
from demo.tally import PATIENCE_SECONDS, Tally
from greengrass_sandbox import ComponentHandle, CoreDevice, Fault, FaultKind
from integration.associator import STOPPED, associated, calls

_OUTAGE_SECONDS = 2.0
"""How long the cloud stays away once every device of the second wave knows that it has to wait."""

_MISTAKE_EVERY = 12
"""Announcements between two malformed messages."""

_OK = 200
_LAST_OF_THE_STORM = "last-of-the-storm"
_NO_WAVE = Wave(0, 0.0)


class Scenario:
    """Plays once, on a core device with the component on it.

    Args:
        core: The core device; it runs.
        component: The component; it listens.
        progress: Where to show what happens.
    """

    def __init__(self, core: CoreDevice, component: ComponentHandle, progress: Progress) -> None:
        self._core = core
        self._component = component
        self._progress = progress
        self._tally = Tally(core)
        # Their names sort as they are announced: what comes last goes into the last call.
        self._known = _names("device", outcome.KNOWN_DEVICES)
        self._unknown = _names("unknown", outcome.UNKNOWN_DEVICES)
        self._late = _names("latecomer", outcome.LATE_DEVICES)
        self._announcements: list[Announcement] = []
        self._repeats = 0
        self._storm_results = range(0)
        self._storm_calls = 0
        self._waves = {"first": _NO_WAVE, "storm": _NO_WAVE, "late": _NO_WAVE}
        self._troubles: list[str] = []
        progress.show(self._board)

    def play(self) -> None:
        """Play it all; what goes wrong is in the outcome."""
        core = self._core
        core.call(core.cloud.add_things, [*self._known, *self._late])
        try:
            self._first_wave()
            self._storm()
            self._late_wave()
        except TimeoutError as error:
            self._troubles.append(str(error))

    def outcome(self) -> Outcome:
        """Count. Call it when everything has been stopped, so that nothing more can come."""
        tally = self._tally
        told = tally.told
        cloud_calls = calls(self._core)
        storm = [told[index] for index in self._storm_results]
        answers = [one for one in storm if one.status == "associated" and one.already]
        reasons = Counter(one.code or "" for one in tally.rejected)
        wanted = Counter(mistake.code for mistake in MISTAKES)
        late = set(self._late)
        return Outcome(
            associated=len(tally.settled("associated")),
            failed=len(tally.settled("failed")),
            rejected=len(tally.rejected),
            wrong_reasons=((reasons - wanted) + (wanted - reasons)).total(),
            told_to_wait=len({one.thing_name for one in told if one.status == "retrying"} & late),
            unheard=len(tally.unheard(self._announcements)),
            disagreements=len(associated(self._core) ^ tally.settled("associated")),
            calls=[len(call.thing_names) for call in cloud_calls],
            calls_refused=sum(call.status != _OK for call in cloud_calls),
            storm_calls=self._storm_calls,
            storm_answers=len(answers),
            storm_others=len(storm) - len(answers),
            crashes=sum(code != STOPPED for code in self._component.exit_codes),
            announcements=self._announced + self._repeats,
            first_wave=self._waves["first"],
            storm=self._waves["storm"],
            late_wave=self._waves["late"],
            troubles=self._troubles,
        )

    def _first_wave(self) -> None:
        names = [*self._known, *self._unknown]
        title = f"{len(names)} devices announce at once, in every form"
        with self._progress.stage(title), self._timed("first", len(names)):
            announcements = in_every_form(names)
            mistakes = list(MISTAKES)
            for number, announcement in enumerate(announcements):
                self._announce(announcement)
                if number % _MISTAKE_EVERY == 0 and mistakes:
                    mistake = mistakes.pop()
                    self._core.publish(mistake.topic, mistake.payload)
            self._progress.note(
                f"{len(announcements)} messages, and {len(MISTAKES)} malformed ones between them"
            )
            self._wait_for_calls(1, "all associated")
            self._wait_for_calls(2, f"{len(self._unknown)} of them not in the registry")
            self._wait_for_calls(3, "the unknown ones once more")
            self._tally.wait_until_settled(names)
            self._tally.wait_for_rejections(len(MISTAKES))

    def _storm(self) -> None:
        name, repeats = self._known[0], outcome.STORM_REPEATS
        title = f"one of them announces {repeats:,} times more"
        first = len(self._tally.told)
        calls_before = len(calls(self._core))
        with self._progress.stage(title), self._timed("storm", repeats):
            for _ in range(repeats):
                self._core.publish(SHARED_TOPIC, {"thingName": name})
            # It is taken in behind all the others: when it is answered, so are they.
            self._core.publish(SHARED_TOPIC, {"thingName": name, "id": _LAST_OF_THE_STORM})
            self._repeats = repeats + 1
            self._tally.wait_for_id(_LAST_OF_THE_STORM)
            self._storm_results = range(first, len(self._tally.told))
            self._storm_calls = len(calls(self._core)) - calls_before
            self._progress.note(
                f"told {len(self._storm_results)} times that it is associated already, "
                f"{self._storm_calls} calls"
            )

    def _late_wave(self) -> None:
        core, late = self._core, self._late
        title = f"{len(late)} more announce while the cloud is out of reach"
        with self._progress.stage(title), self._timed("late", len(late)):
            outage = core.call(core.cloud.add_fault, Fault(FaultKind.OUTAGE))
            for announcement in in_every_form(late):
                self._announce(announcement)
            self._tally.wait_until_told_to_wait(late)
            self._progress.note(f"all {len(late)} are told to wait; the component keeps trying")
            core.call(core.cloud.add_fault, Fault(FaultKind.OUTAGE, seconds=_OUTAGE_SECONDS))
            core.call(core.cloud.remove_fault, outage)
            core.call(core.cloud.wait_until_reachable)
            self._progress.note("the cloud is back; the next attempt will find it")
            self._wait_for_calls(4, "all associated")
            self._tally.wait_until_settled(late)

    @property
    def _announced(self) -> int:
        return sum(len(one.thing_names) for one in self._announcements)

    def _announce(self, announcement: Announcement) -> None:
        self._announcements.append(announcement)
        self._core.publish(announcement.topic, announcement.payload)

    def _wait_for_calls(self, count: int, meaning: str) -> None:
        async def answered() -> int:
            waiting = self._core.cloud.wait_for_calls(count, answered=True)
            try:
                made = await asyncio.wait_for(waiting, PATIENCE_SECONDS)
            except asyncio.TimeoutError as error:
                raise TimeoutError(
                    f"call {count} was not made within {PATIENCE_SECONDS:g} s"
                ) from error
            return len(made[count - 1].thing_names)

        devices = self._core.call(answered)
        self._progress.note(f"call {count}: {devices} devices, {meaning}")

    @contextmanager
    def _timed(self, wave: str, count: int) -> Iterator[None]:
        began = time.monotonic()
        yield
        self._waves[wave] = Wave(count, time.monotonic() - began)

    def _board(self) -> Board:
        tally, cloud = self._tally, self._core.cloud
        return Board(
            announced=self._announced,
            associated=len(tally.settled("associated")),
            failed=len(tally.settled("failed")),
            rejected=len(tally.rejected),
            waiting=len(tally.waiting),
            calls=len(calls(self._core)),
            reachable=not any(fault.kind is FaultKind.OUTAGE for fault in cloud.faults.values()),
        )


def _names(prefix: str, count: int) -> Sequence[str]:
    return [f"{prefix}-{number:03}" for number in range(1, count + 1)]
