"""What an answer says about each device in the call."""

import re
from collections.abc import Mapping, Sequence

from client_device_associator.core.answer import (
    ErrorEntry,
    Succeeded,
    ThingNotFound,
    ValidationFailed,
)
from client_device_associator.core.operation import Operation
from client_device_associator.core.values import dataclass, field


@dataclass(frozen=True, slots=True)
class DeviceError:
    """What the service said about one device."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What an answer says about each device in the call; every device is in exactly one group.

    Attributes:
        done: Associated, or disassociated, by this call.
        already: The same before it; nothing had to be done.
        delayed: Not done now; to be tried again.
        refused: Refused alone; trying again is no use.
        suspects: At least one of these is at fault, and the answer does not prove which.
        undecided: Nothing is known of these: the call was refused because of another.
        accused: Those of the suspects that the service named as at fault in a call that it refused
            as a whole; whether that is true shows when they are called alone.
    """

    done: tuple[str, ...] = ()
    already: tuple[str, ...] = ()
    delayed: dict[str, DeviceError] = field(default_factory=dict)
    refused: dict[str, DeviceError] = field(default_factory=dict)
    suspects: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    accused: frozenset[str] = frozenset()

    def check(self, names: Sequence[str]) -> None:
        """Raises AssertionError unless every device of the call is in exactly one group."""
        judged = [
            *self.done,
            *self.already,
            *self.delayed,
            *self.refused,
            *self.suspects,
            *self.undecided,
        ]
        if sorted(judged) != sorted(names) or not self.accused <= set(self.suspects):
            raise AssertionError(f"{len(judged)} verdicts for {len(names)} devices")


_FULFILLED: Mapping[Operation, re.Pattern[str]] = {
    Operation.ASSOCIATE: re.compile(r"already|conflict", re.IGNORECASE),
    Operation.DISASSOCIATE: re.compile(
        r"already|not.?(found|exist|associated)|no.?such|does.?n.t.?exist|isn.t.?associated",
        re.IGNORECASE,
    ),
}
"""The codes of error entries are undocumented; these words mean that the wish is fulfilled. A thing
that does not exist is not associated either."""

_FAULT = r"limit|quota|exceed|maximum|throttl|internal|unavailable|denied"
_UNFULFILLED: Mapping[Operation, re.Pattern[str]] = {
    Operation.ASSOCIATE: re.compile(rf"not.?(found|exist)|{_FAULT}", re.IGNORECASE),
    Operation.DISASSOCIATE: re.compile(_FAULT, re.IGNORECASE),
}
"""Unless one of these is beside them: a thing that "was already deleted" is not associated, nor is
one when the core device "already has the maximum number"."""

_VALIDATION = "ValidationException"
_UNNAMED_CODE = "UnknownError"

_ENTRY_FROM_ONE = re.compile(r"entries\.(?:member\.(\d{1,3})\b|(\d{1,3})\.member\b)")
_ENTRY_FROM_ZERO = re.compile(r"entries(?:\[(\d{1,3})\]|[./](\d{1,3})\b(?!\.member))")
"""Paths to an entry: `entries.4.member.thingName` or `entries.member.4` count from 1,
`entries[3].thingName`, `entries.3.thingName` or `/entries/3/thingName` from 0."""

_WORD = re.compile(r"[a-zA-Z0-9:_-]+")

_CORE_PATH = re.compile(r"\bcoreDeviceThingName\b")
_NOT_A_DEVICE = re.compile(r"coreDevice", re.IGNORECASE)


def is_about_the_core(answer: ValidationFailed) -> bool:
    """Whether the service refused the request because of the core device in it."""
    if answer.fields:
        return any(_NOT_A_DEVICE.search(name) for name, _ in answer.fields)
    return _CORE_PATH.search(answer.message) is not None and "entries" not in answer.message


def read_answer(
    names: Sequence[str],
    answer: Succeeded | ValidationFailed | ThingNotFound,
    operation: Operation = Operation.ASSOCIATE,
) -> Verdicts:
    """What an answer says about the devices in its call.

    Args:
        names: The thing names in the call, each once.
        answer: What the cloud answered.
        operation: What it was asked for.
    """
    if isinstance(answer, Succeeded):
        verdicts = _read_entries(names, answer.error_entries, operation)
    elif isinstance(answer, ThingNotFound):
        missing = answer.thing_name
        undecided = tuple(one for one in names if one != missing)
        if operation is Operation.DISASSOCIATE:
            verdicts = Verdicts(already=(missing,), undecided=undecided)
        else:
            error = DeviceError(answer.code, answer.message)
            verdicts = Verdicts(delayed={missing: error}, undecided=undecided)
    else:
        verdicts = _read_refusal(names, answer)
    verdicts.check(names)
    return verdicts


def _read_entries(
    names: Sequence[str], entries: Sequence[ErrorEntry], operation: Operation
) -> Verdicts:
    asked = set(names)
    already: list[str] = []
    delayed: dict[str, DeviceError] = {}
    nameless: DeviceError | None = None
    for entry in entries:
        error = DeviceError(entry.code or _UNNAMED_CODE, entry.message or "")
        if entry.thing_name in asked:
            if _is_fulfilled(error, entry.thing_name, operation):
                already.append(entry.thing_name)
            else:
                delayed[entry.thing_name] = error
        elif not _is_fulfilled(error, entry.thing_name, operation):
            nameless = error
    already = [name for name in dict.fromkeys(already) if name not in delayed]
    rest = tuple(name for name in names if name not in delayed and name not in already)
    if nameless is None or not rest:
        return Verdicts(rest, tuple(already), delayed)
    if len(rest) == 1:
        return Verdicts((), tuple(already), delayed | {rest[0]: nameless})
    return Verdicts((), tuple(already), delayed, suspects=rest)


def _is_fulfilled(error: DeviceError, thing_name: str | None, operation: Operation) -> bool:
    # A thing may be called "conflict-1".
    message = error.message.replace(thing_name, "") if thing_name else error.message
    words = f"{error.code} {message}"
    is_refused = _UNFULFILLED[operation].search(words) is not None
    return _FULFILLED[operation].search(words) is not None and not is_refused


def _read_refusal(names: Sequence[str], answer: ValidationFailed) -> Verdicts:
    if len(names) == 1:
        words = next((message for _, message in answer.fields if message), answer.message)
        return Verdicts(refused={names[0]: DeviceError(_VALIDATION, words)})
    accused = {one for name, message in answer.fields for one in _named(names, f"{name} {message}")}
    # Many services give no fields and put the same into words.
    accused = accused or set(_named(names, answer.message))
    return Verdicts(suspects=tuple(names), accused=frozenset(accused))


def _named(names: Sequence[str], text: str) -> list[str]:
    """The devices that a text in a ValidationException names, by name or by their place."""
    # A path first: the words around it hold other numbers, and a thing may be called "128".
    places = [int(one or other) - 1 for one, other in _ENTRY_FROM_ONE.findall(text)]
    places += [int(one or other) for one, other in _ENTRY_FROM_ZERO.findall(text)]
    found = [names[place] for place in places if 0 <= place < len(names)]
    if found:
        return found
    # A colon may belong to a thing name as well as to the sentence around it.
    words = {form for word in _WORD.findall(text) for form in (word, word.strip(":"))}
    return [name for name in names if name in words]
