"""A cloud that several hands change, and whose lists are not to be trusted."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from client_device_associator.core.answer import (
    Answer,
    CallFailed,
    ErrorEntry,
    FailureCause,
    Listed,
    Succeeded,
    ThingNotFound,
    ValidationFailed,
)
from client_device_associator.core.operation import Operation

_LOST = CallFailed(FailureCause.UNAVAILABLE, "ReadTimeoutError", "no answer in time")
_CAUSES = (FailureCause.THROTTLED, FailureCause.UNAVAILABLE, FailureCause.NO_CREDENTIALS)


@dataclass(frozen=True)
class Moods:
    """How often what goes wrong, from 0 to 1, and for how long.

    Attributes:
        fails: A call does nothing.
        loses: The answer to a call is lost that was carried out.
        complains: A device has an error entry.
        refuses: A call is refused as a whole because of one device.
        torn: A list ends early, has nobody on it, or leads in a circle.
        stale_seconds: How old a list may be.
        page: Devices on a page.
        healthy_at: When all of this ends.
    """

    fails: float = 0.0
    loses: float = 0.0
    complains: float = 0.0
    refuses: float = 0.0
    torn: float = 0.0
    stale_seconds: float = 0.0
    page: int = 100
    healthy_at: float = 0.0


@dataclass
class Cloud:
    """Who is associated; and who has changed it.

    Attributes:
        table: Who is associated now.
        calls: What came of the component: when, for what, for whom.
        lists: Those that the process at work has heard to the end: when they began, and who was on
            them.
        associated_at: When the component's last call to associate each device was carried out.
    """

    rng: random.Random
    moods: Moods
    denied: frozenset[Operation] = frozenset()
    table: set[str] = field(default_factory=set)
    calls: list[tuple[float, Operation, tuple[str, ...]]] = field(default_factory=list)
    lists: list[tuple[float, set[str]]] = field(default_factory=list)
    associated_at: dict[str, float] = field(default_factory=dict)
    _list_now: tuple[float, set[str]] = (0.0, set())
    _history: list[tuple[float, str, bool]] = field(default_factory=list)
    _lists: dict[str, list[str]] = field(default_factory=dict)
    _tokens: int = 0

    def change(self, now: float, name: str, *, is_there: bool) -> None:
        """Somebody associates a device, or takes it away."""
        if (name in self.table) is not is_there:
            self._history.append((now, name, is_there))
        (self.table.add if is_there else self.table.discard)(name)

    def call(
        self, now: float, operation: Operation, names: Sequence[str], token: str | None
    ) -> Answer:
        """Carries a call out, or not, and answers it."""
        self.calls.append((now, operation, tuple(names)))
        if operation in self.denied:
            return CallFailed(FailureCause.ACCESS_DENIED, "AccessDeniedException", "no")
        is_ill = now < self.moods.healthy_at
        if is_ill and self.rng.random() < self.moods.fails:
            return CallFailed(self.rng.choice(_CAUSES), "Down", "down", self.rng.choice([0, 30]))
        if operation is Operation.LIST:
            if token is None:
                self._list_now = (now, set())
            return self._list(now, token, is_ill=is_ill)
        answer = self._batch(now, operation, names, is_ill=is_ill)
        return _LOST if is_ill and self.rng.random() < self.moods.loses else answer

    def heard(self, answer: Answer) -> None:
        """The component has taken an answer in; those that it has lost prove nothing to it."""
        if not isinstance(answer, Listed):
            return
        self._list_now[1].update(answer.thing_names)
        if answer.next_token is None:
            self.lists.append(self._list_now)

    def _batch(
        self, now: float, operation: Operation, names: Sequence[str], *, is_ill: bool
    ) -> Answer:
        wanted = operation is Operation.ASSOCIATE
        if is_ill and self.rng.random() < self.moods.refuses:
            culprit = self.rng.choice(list(names))
            # A thing that does not exist is not associated either.
            if self.rng.random() < 0.3 and (wanted or culprit not in self.table):
                return ThingNotFound(culprit, "ResourceNotFoundException", "no such thing")
            if len(names) > 1:
                return ValidationFailed(self.rng.choice(["no", f"{culprit} is odd"]))
        entries: list[ErrorEntry] = []
        for name in names:
            if (name in self.table) is wanted:
                if wanted:
                    self.associated_at[name] = now
                if self.rng.random() < 0.3:
                    code = "ConflictException" if wanted else "ResourceNotFoundException"
                    entries.append(ErrorEntry(name, code, None))
            elif is_ill and self.rng.random() < self.moods.complains:
                entries.append(ErrorEntry(name, "Odd", "not now"))
            else:
                self.change(now, name, is_there=wanted)
                if wanted:
                    self.associated_at[name] = now
        return Succeeded(tuple(entries))

    def _list(self, now: float, token: str | None, *, is_ill: bool) -> Answer:
        if token is None:
            names = self._known_at(now, is_ill=is_ill)
            self.rng.shuffle(names)
        elif token in self._lists:
            names = self._lists[token]
        else:
            return ValidationFailed("nextToken is not valid")
        if is_ill and self.rng.random() < self.moods.torn:
            kind = self.rng.choice(["early", "empty", "circle", "expired", "nameless"])
            if kind == "early":
                return Listed(tuple(names[: self.moods.page]))
            if kind == "empty":
                return Listed(())
            if kind == "circle" and token is not None:
                return Listed((), token)
            if kind == "expired":
                self._lists.clear()
        page, rest = names[: self.moods.page], names[self.moods.page :]
        if not rest:
            return Listed(tuple(page))
        self._tokens += 1
        self._lists[f"token-{self._tokens}"] = rest
        return Listed(tuple(page), f"token-{self._tokens}")

    def _known_at(self, now: float, *, is_ill: bool) -> list[str]:
        """Who was associated some time ago: the list is not the table."""
        age = self.rng.uniform(0, self.moods.stale_seconds) if is_ill else 0.0
        names = set(self.table)
        for at, name, is_there in reversed(self._history):
            if at <= now - age:
                break
            (names.discard if is_there else names.add)(name)
        return sorted(names)
