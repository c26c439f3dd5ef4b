"""What the cloud remembers: things, core devices, and who is associated with whom."""

from collections.abc import Iterable
from dataclasses import dataclass


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

    Attributes:
        things: Names of the things that exist. Core devices are things too, but need not be here.
        cores: Names of the core devices that exist.
        associations: For each core device its client devices, with the time since the epoch in
            seconds at which each was associated.
        already_associated_code: The code of the error entry for a client device that is associated
            already; None (the default) makes this a success. The real answer is not documented.
    """

    def __init__(self, *, already_associated_code: str | None = None) -> None:
        self.things: set[str] = set()
        self.cores: set[str] = set()
        self.associations: dict[str, dict[str, float]] = {}
        self.already_associated_code = already_associated_code

    def associate(self, core: str, names: Iterable[str], *, now: float) -> list[ErrorEntry]:
        """Associate what can be; the rest is said in error entries."""
        associated = self.associations.setdefault(core, {})
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

    def disassociate(self, core: str, names: Iterable[str]) -> list[ErrorEntry]:
        """End associations. One that does not exist is taken as ended: what AWS says is unknown."""
        associated = self.associations.setdefault(core, {})
        errors = []
        for name in names:
            if name not in self.things:
                errors.append(_unknown(name))
            associated.pop(name, None)
        return errors

    def page(self, core: str, *, after: str, size: int) -> tuple[list[tuple[str, float]], bool]:
        """Up to `size` client devices whose names follow `after`, and whether there are more."""
        following = sorted(
            item for item in self.associations.get(core, {}).items() if item[0] > after
        )
        return following[:size], len(following) > size


def _unknown(name: str) -> ErrorEntry:
    return ErrorEntry(name, "ResourceNotFoundException", f"There is no thing named {name}")
