"""The questions about calls: each is asked once, and its answer noted as it came."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from contract_probe.belongings import Belongings
from contract_probe.calls import Answer, Calls, Client
from contract_probe.findings import CORE, THING, Finding, Findings, finding_of

ASSOCIATE = "batch_associate_client_device_with_core_device"
DISASSOCIATE = "batch_disassociate_client_device_from_core_device"
LIST = "list_client_devices_associated_with_core_device"
BAD_NAME = "no name!"
PAGE = 100
"""Most items of a page (service model)."""

_MAX_PAGES = 20


@dataclass
class Site:
    """Where questions are asked.

    Attributes:
        calls: Makes the calls.
        greengrass: The client of AWS IoT Greengrass.
        iot: The client of AWS IoT.
        own: The things of this run.
        findings: Where answers are noted.
        clock: Seconds, from any moment on.
    """

    calls: Calls
    greengrass: Client
    iot: Client
    own: Belongings
    findings: Findings
    clock: Callable[[], float]

    def associate(self, names: Sequence[str], core: str | None = None) -> Answer:
        """Asks for client devices to be associated."""
        return self._change(ASSOCIATE, names, core)

    def disassociate(self, names: Sequence[str], core: str | None = None) -> Answer:
        """Asks for client devices to be disassociated."""
        return self._change(DISASSOCIATE, names, core)

    def page(self, **parameters: object) -> Answer:
        """Asks for a page of the list."""
        core = self.own.core
        return self.calls.ask(self.greengrass, LIST, coreDeviceThingName=core, **parameters)

    def listed(self) -> list[str]:
        """Those of our things that are on the list now, in its order."""
        names: list[str] = []
        answer = self.page(maxResults=PAGE)
        for _ in range(_MAX_PAGES):
            items = answer.body.get("associatedClientDevices", [])
            names += [item.get("thingName", "") for item in items]
            token = answer.body.get("nextToken")
            if not answer.is_ok or not token:
                break
            answer = self.page(maxResults=PAGE, nextToken=token)
        mine = set(self.own.names)
        return [name for name in names if name in mine]

    def note(self, question: str, answer: Answer, name: str = "", **more: object) -> None:
        """Notes an answer about a name."""
        finding: Finding = finding_of(answer, self._placeholders(name))
        self.findings.add(question, {**finding, **more})

    def _change(self, operation: str, names: Sequence[str], core: str | None) -> Answer:
        entries = [{"thingName": name} for name in names]
        core = self.own.core if core is None else core
        return self.calls.ask(self.greengrass, operation, coreDeviceThingName=core, entries=entries)

    def _placeholders(self, name: str) -> dict[str, str]:
        own = self.own
        placeholders = dict.fromkeys([*own.names, own.stranger], THING)
        placeholders[own.core] = placeholders[self.nowhere] = CORE
        if name:
            placeholders[name] = THING
        return placeholders

    @property
    def nowhere(self) -> str:
        """A name of which there is no core device."""
        return f"{self.own.stranger}-core"


def ask_about_associating(site: Site) -> None:
    """New, twice, unknown, among others, no core device, and requests of a wrong form.

    Raises:
        StoppedError, OutOfCallsError, NoAnswerError: As `Calls.ask`; so do all of these.
    """
    first, second, third = site.own.names[:3]
    stranger = site.own.stranger
    site.note("associateNew", site.associate([first]))
    site.note("associateTwice", site.associate([first]))
    site.note("unknownThing", site.associate([stranger]))
    answer = site.associate([second, stranger])
    site.note("unknownThingAmongOthers", answer, othersAssociated=second in site.listed())
    site.note("unknownCore", site.associate([third], site.nowhere))
    site.note("coreIsAThingOnly", site.associate([third], second))
    site.note("badName", site.associate([BAD_NAME]), BAD_NAME)
    site.note("nameTwice", site.associate([third, third]))
    site.note("emptyBatch", site.associate([]))


def ask_about_disassociating(site: Site) -> None:
    """Once, twice, unknown, no core device; and a device whose thing was deleted."""
    first, second = site.own.names[:2]
    site.note("disassociateOnce", site.disassociate([first]))
    site.note("disassociateTwice", site.disassociate([first]))
    site.note("disassociateUnknownThing", site.disassociate([site.own.stranger]))
    site.note("disassociateUnknownCore", site.disassociate([second], site.nowhere))
    gone = site.own.names[3]
    site.calls.insist(site.iot, "delete_thing", thingName=gone)
    listed = gone in site.listed()
    answer = site.associate([gone])
    site.note("deletedThing", answer, listed=listed)
    site.note("disassociateDeletedThing", site.disassociate([gone]))
