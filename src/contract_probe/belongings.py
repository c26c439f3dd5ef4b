"""The things that the probe makes for itself: under a name of its own, and removed at any end."""

import secrets
from collections.abc import Iterator, Sequence

from contract_probe.calls import Calls, Client, NoAnswerError, OutOfCallsError

COUNT = 101
"""One more than a call may name."""

PREFIX = "contract-probe-"
_RUN_BYTES = 4
_IN_ONE_CALL = 100
_GONE = "ResourceNotFoundException"


class LeftBehindError(Exception):
    """Something could not be removed; says what, and how to do it later."""


class Belongings:
    """The things of one run, whose names follow from the run's id.

    Args:
        core: The core device that they are associated with.
        run: The id; nothing else in the account has it in its name.
        calls: Makes the calls.
        iot: The client of AWS IoT.
        greengrass: The client of AWS IoT Greengrass.
    """

    def __init__(self, core: str, run: str, calls: Calls, iot: Client, greengrass: Client) -> None:
        self.core = core
        self.run = run
        self._calls = calls
        self._iot = iot
        self._greengrass = greengrass
        self.names = [f"{PREFIX}{run}-{number:03}" for number in range(COUNT)]
        self.stranger = f"{PREFIX}{run}-stranger"
        """A name of which no thing is ever made."""

    def make(self) -> Iterator[str]:
        """Makes the things; yields the name of each before it is made.

        Raises:
            StoppedError, OutOfCallsError, NoAnswerError: As `Calls.ask`.
            PermissionError: The account does not let things be made.
        """
        for name in self.names:
            yield name
            answer = self._calls.insist(self._iot, "create_thing", thingName=name)
            if not answer.is_ok:
                raise PermissionError(f"cannot make the thing {name}: {dict(answer.body)}")

    def remove(self, made: Sequence[str]) -> None:
        """Ends the associations of things and deletes them; those that are gone are no mistake.

        Raises:
            LeftBehindError: Some are still there, as far as is known.
        """
        self._calls.is_ending = True
        left = []
        try:
            for start in range(0, len(made), _IN_ONE_CALL):
                self._leave(made[start : start + _IN_ONE_CALL])
            left = [name for name in made if not self._delete(name)]
        except (OutOfCallsError, NoAnswerError) as error:
            raise self._left(made, str(error)) from error
        if left:
            raise self._left(left, "the service refused")

    def _leave(self, names: Sequence[str]) -> None:
        entries = [{"thingName": name} for name in names]
        answer = self._calls.insist(
            self._greengrass,
            "batch_disassociate_client_device_from_core_device",
            coreDeviceThingName=self.core,
            entries=entries,
        )
        # Names that were never associated may have the whole call refused: then one by one, but
        # only if the calls suffice; a thing that is deleted is no client device any more.
        if not answer.is_ok and len(names) > 1 and self._calls.limit - self._calls.made > 2 * COUNT:
            for name in names:
                self._leave([name])

    def _delete(self, name: str) -> bool:
        answer = self._calls.insist(self._iot, "delete_thing", thingName=name)
        return answer.is_ok or answer.code == _GONE

    def _left(self, names: Sequence[str], why: str) -> LeftBehindError:
        return LeftBehindError(
            f"{len(names)} things may be left, the first is {names[0]} ({why}). Remove them with: "
            f"python -m contract_probe --core {self.core} --clean {self.run}"
        )


def new_run() -> str:
    """An id that no run had before."""
    return secrets.token_hex(_RUN_BYTES)
