"""A core device with very many devices is compared with the cloud's list, while others announce.

`python -m benchmarks.separate.roster [devices] [seconds of a call in the cloud]`
"""

import contextlib
import sqlite3
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

from benchmarks.contestants.saying import say
from benchmarks.separate.measuring import MEBIBYTE, component, core_device
from benchmarks.separate.probing import Probe, compared
from greengrass_sandbox import LIST, CoreDevice, Fault, FaultKind
from integration.announcer import associate
from integration.associator import JOURNAL, Associator, device_names, document
from integration.what_operators_do import HEALTH

DEVICES = 100_000
KNOWN, NEW = 20, 10_000
ALONE_SECONDS = 30.0
API_SECONDS = 0.05
"""How long the cloud takes for a call."""

VANISHING_SHARE = 100
"""One device in so many vanishes."""

AGED_SECONDS = 1000.0
"""What is younger than five minutes is not judged by a list."""

REQUEST = "clientdevices/associator/roster/get"
NO_LIST = {"reconcile": {"intervalHours": 0}, "workerIdleSeconds": 3600}
LISTS = {"reconcile": {"intervalHours": 24}}
PATIENCE_SECONDS = 3600.0
KIBIBYTE = 1024


class Lists:
    """What a list has cost, one after the other.

    Args:
        core: Whose devices are listed.
        alone: How long announcements wait while no list goes on.
    """

    def __init__(self, core: CoreDevice, alone: Probe) -> None:
        self._core = core
        self._alone = alone
        self._watch = core.watch(HEALTH)
        self._compared_at: object = None

    def measure(
        self, what: str, associator: Associator, probe: Probe, begin: Callable[[], object]
    ) -> None:
        """Prints what the next list costs, and how long announcements wait meanwhile.

        Args:
            what: Which list it is.
            associator: The component.
            probe: Announces.
            begin: Leads to a list, sooner or later.
        """
        count = len(self._lists())
        with probe.going_on():
            begin()
            self._core.call(self._core.cloud.wait_for_calls, count + 1, operation=LIST)
            reset_peaks(associator)
            written, size = written_bytes(associator), journal_size(associator)
            roster = self._wait()
            ended = datetime.fromisoformat(roster["comparedAt"].replace("Z", "+00:00")).timestamp()
            costs = (
                f"{peaks(associator)}; journal {size / MEBIBYTE:.2f} MiB before,"
                f" {journal_size(associator) / MEBIBYTE:.2f} after, written to disk"
                f" {(written_bytes(associator) - written) / KIBIBYTE:.0f} KiB"
            )
        lists = self._lists()[count:]
        began, last = lists[0].time, lists[-1].answered_at or ended
        cloud = sum((one.answered_at or last) - one.time for one in lists)
        say(
            f"{what}: {roster['devices']} devices in {len(lists)} calls, {roster['appeared']}"
            f" appeared, {roster['vanished']} vanished; pages {last - began:.1f} s (of it in the"
            f" cloud {cloud:.1f} s), comparison {ended - last:.1f} s"
        )
        say(f"  {costs}")
        for new, which in ((False, "known"), (True, "new")):
            waits = probe.waits(new=new, since=began, until=ended)
            alone = self._alone.waits(new=new)
            say(f"  announcements of {which} devices meanwhile: {compared(waits, alone)}")

    def _wait(self) -> Mapping[str, Any]:
        """Waits until the health says that another list was compared."""

        def roster(messages: Sequence[Any]) -> Mapping[str, Any]:
            found: Mapping[str, Any] = document(messages[-1])["roster"] if messages else {}
            return found

        messages = self._watch.wait_for(
            lambda all_: roster(all_).get("comparedAt", self._compared_at) != self._compared_at,
            PATIENCE_SECONDS,
        )
        self._compared_at = roster(messages)["comparedAt"]
        return roster(messages)

    def _lists(self) -> list[Any]:
        return [one for one in self._core.cloud.calls if one.operation == LIST]


def processes(associator: Associator) -> list[int]:
    """The component's process id, and then that of its worker."""
    return [associator.pid, *(one.pid for one in psutil.Process(associator.pid).children())]


def reset_peaks(associator: Associator) -> None:
    """From now on `peaks` says how much memory is used; see proc(5)."""
    for pid in processes(associator):
        Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="utf-8")


def peaks(associator: Associator) -> str:
    """The memory of the component and of its worker."""
    found = []
    for pid, what in zip(processes(associator), ("component", "worker"), strict=False):
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
        fields = {key: value.split() for key, _, value in (line.partition(":") for line in lines)}
        peak, now = (int(fields[key][0]) * KIBIBYTE / MEBIBYTE for key in ("VmHWM", "VmRSS"))
        found.append(f"{what} {peak:.1f} MiB at its peak, {now:.1f} after")
    return "RSS: " + ", ".join(found)


def written_bytes(associator: Associator) -> int:
    """What the component has had written to its disk, in whole pages."""
    counters = psutil.Process(associator.pid).io_counters()
    return int(counters.write_bytes)


def journal_size(associator: Associator) -> int:
    """Bytes of the journal's files."""
    return sum(path.stat().st_size for path in associator.work.glob(f"{JOURNAL}*"))


def age(associator: Associator) -> None:
    """Makes every association in the journal older; the component must not run."""
    with contextlib.closing(sqlite3.connect(associator.work / JOURNAL)) as journal, journal:
        journal.execute("UPDATE device SET since = since - ?", (AGED_SECONDS,))


def main() -> None:
    """Prints what four lists cost: nobody is known, nothing is new, some are missing, twice."""
    given = dict(enumerate(sys.argv[1:]))
    names = list(device_names(int(given.get(0, DEVICES)), "listed"))
    known, new = list(device_names(KNOWN, "known")), list(device_names(NEW, "new"))
    fresh = iter(new)
    with core_device() as core:
        core.call(core.cloud.add_things, [*names, *known, *new])
        core.call(core.cloud.console.associate, core.thing_name or "", names)
        latency = Fault(FaultKind.LATENCY, seconds=float(given.get(1, API_SECONDS)))
        core.call(core.cloud.add_fault, latency)
        with component(core, NO_LIST) as associator:
            associate(core, known)
            lists = Lists(core, announced_alone(associator, Probe(core, known, fresh)))
            probe = Probe(core, known, fresh)
            lists.measure("nobody known", associator, probe, lambda: associator.deploy(LISTS))
            probe = Probe(core, known, iter(()))
            lists.measure("nothing new", associator, probe, lambda: core.publish(REQUEST, b""))
            associator.kill()
            age(associator)
        vanishing = names[::VANISHING_SHARE]
        core.call(core.cloud.console.disassociate, core.thing_name or "", vanishing)
        with component(core, {**NO_LIST, **LISTS}) as associator:
            probe = Probe(core, known, iter(()))
            lists.measure("some missing", associator, probe, lambda: None)
            probe = Probe(core, known, fresh)
            lists.measure("missing again", associator, probe, lambda: None)


def announced_alone(associator: Associator, probe: Probe) -> Probe:
    """Announces for a while, and prints how long that takes while there is no list."""
    reset_peaks(associator)
    with probe.going_on():
        threading.Event().wait(ALONE_SECONDS)
    say(f"before any list: {peaks(associator)}")
    for new, which in ((False, "known"), (True, "new")):
        waits = probe.waits(new=new)
        say(f"  announcements of {which} devices: {compared(waits, waits)}")
    return probe


if __name__ == "__main__":
    main()
