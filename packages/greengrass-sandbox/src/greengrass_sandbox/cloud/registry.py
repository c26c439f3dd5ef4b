"""What the cloud remembers: things, core devices, and who is associated with whom."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from greengrass_sandbox.cloud.associations import Associations, History


@dataclass(frozen=True)
class ErrorEntry:
    """Why one client device of a batch was not done; every field may be missing (service model)."""

    thing_name: str | None = None
    code: str | None = None
    message: str | None = None

    def as_document(self) -> dict[str, str]:
        """The entry in the model's names, without what is missing."""
        members = {"thingName": self.thing_name, "code": self.code, "message": self.message}
        return {name: value for name, value in members.items() if value is not None}


class Registry:
    """The account's things, core devices and associations.

    Args:
        already_associated_code: See below.
        not_associated_code: See below.
        clock: Seconds since the epoch.

    Attributes:
        things: Names of the things that exist. Core devices are things too, but need not be here.
        cores: Names of the core devices that exist.
        associations: For each core device its client devices, with the time since the epoch in
            seconds at which each was associated.
        history: What `associations` were.
        already_associated_code: The code of the error entry for a client device that is associated
            already; None (the default) makes this a success. The real answer is not documented.
        not_associated_code: The same for a disassociated client device that is not associated. It
            is not documented either. None is the default because a call that is repeated after a
            lost answer then ends as the first one would have, as with associating twice.
        keeps_associations: Whether an association outlives its deleted thing, which is not
            documented. It does not by default: for a client that is the harder case, as it has to
            find out; in the other nothing changes.
    """

    def __init__(
        self,
        *,
        already_associated_code: str | None = None,
        not_associated_code: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.things: set[str] = set()
        self.cores: set[str] = set()
        self.history = History(clock)
        self.associations = Associations(self.history)
        self.already_associated_code = already_associated_code
        self.not_associated_code = not_associated_code
        self.keeps_associations = False

    def associate(self, core: str, names: Iterable[str], *, now: float) -> list[ErrorEntry]:
        """Associate what can be; the rest is said in error entries."""
        associated = self.associations.table(core)
        errors = []
        for name in names:
            if name not in self.things:
                errors.append(_unknown(name))
            elif name not in associated:
                associated[name] = now
            elif self.already_associated_code is not None:
                message = f"{name} is already associated with {core}"
                errors.append(ErrorEntry(name, self.already_associated_code, message))
        return errors

    def disassociate(
        self, core: str, names: Iterable[str], not_associated_code: str | None = None
    ) -> list[ErrorEntry]:
        """End associations, those of deleted things too; the rest is said in error entries.

        `not_associated_code` is that of this call alone.
        """
        code = not_associated_code or self.not_associated_code
        associated = self.associations.table(core)
        errors = []
        for name in names:
            if name in associated:
                del associated[name]
            elif name not in self.things:
                errors.append(_unknown(name))
            elif code is not None:
                errors.append(ErrorEntry(name, code, f"{name} is not associated with {core}"))
        return errors

    def delete_things(self, names: Iterable[str], *, keep_associations: bool | None = None) -> None:
        """Delete things, and their associations unless these are kept (None: as it is set)."""
        keeps = self.keeps_associations if keep_associations is None else keep_associations
        for name in names:
            self.things.discard(name)
            if not keeps:
                for associated in self.associations.values():
                    associated.pop(name, None)


def _unknown(name: str) -> ErrorEntry:
    return ErrorEntry(name, "ResourceNotFoundException", f"There is no thing named {name}")
