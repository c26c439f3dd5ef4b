"""Every answer that a call can get, and what it means for the devices that were in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum


class Trouble(str, Enum):
    """Why a call as a whole came to nothing, through no fault of a device in it."""

    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    NO_CREDENTIALS = "noCredentials"
    CREDENTIALS_REFUSED = "credentialsRefused"
    ACCESS_DENIED = "accessDenied"
    CORE_UNKNOWN = "coreUnknown"
    MISCONFIGURED = "misconfigured"


@dataclass(frozen=True, slots=True)
class ErrorEntry:
    """One entry of `errorEntries`; the service model requires none of its fields."""

    thing_name: str | None = None
    code: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """HTTP 200 with a body that makes sense."""

    error_entries: tuple[ErrorEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Invalid:
    """ValidationException: some entry, or the request as a whole, was refused.

    Attributes:
        message: The service's own words.
        fields: Name and message of each field that the service complained about.
    """

    message: str
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The call came to nothing and is made again after a wait.

    Attributes:
        trouble: What is the matter.
        code: The service's code or the kind of error, for people.
        message: What was said, for people.
        retry_after: Seconds that the service asked to be left alone.
    """

    trouble: Trouble
    code: str
    message: str
    retry_after: float = 0.0


@dataclass(frozen=True, slots=True)
class Missing:
    """ResourceNotFoundException for one of the client devices: nothing was done for any of them."""

    thing_name: str
    code: str
    message: str


Answer = Accepted | Invalid | Missing | Unanswered


@dataclass(frozen=True, slots=True)
class Failure:
    """What the service said against a device."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What an answer says of each device in the call; every device is in exactly one place.

    Attributes:
        associated: Done.
        already: Done before; nothing had to be done.
        failing: Not now; to be tried again.
        refused: Never; trying again is no use.
        suspects: At least one of these is at fault, and the answer does not prove which.
        unheard: Nothing is known of these: the call was refused because of another.
        accused: Those of the suspects that the service named as at fault in a call that it refused
            as a whole; whether it meant them shows when they are called alone.
    """

    associated: tuple[str, ...] = ()
    already: tuple[str, ...] = ()
    failing: dict[str, Failure] = field(default_factory=dict)
    refused: dict[str, Failure] = field(default_factory=dict)
    suspects: tuple[str, ...] = ()
    unheard: tuple[str, ...] = ()
    accused: frozenset[str] = frozenset()


_FULFILLED = re.compile(r"already|conflict", re.IGNORECASE)
"""The codes of error entries are undocumented; these words mean that the wish is fulfilled."""

_UNFULFILLED = re.compile(
    r"not.?(found|exist)|limit|quota|exceed|maximum|throttl|internal|unavailable|denied",
    re.IGNORECASE,
)
"""Unless one of these is beside them: a thing that "was already deleted" is not associated, nor is
one for whom the core device "already has the maximum number"."""

_VALIDATION = "ValidationException"
_UNNAMED_CODE = "UnknownError"

_ENTRY_FROM_ONE = re.compile(r"entries\.(?:member\.(\d{1,3})\b|(\d{1,3})\.member\b)")
_ENTRY_FROM_ZERO = re.compile(r"entries(?:\[(\d{1,3})\]|[./](\d{1,3})\b(?!\.member))")
"""Paths to an entry: `entries.4.member.thingName` or `entries.member.4` count from 1,
`entries[3].thingName`, `entries.3.thingName` or `/entries/3/thingName` from 0."""

_WORD = re.compile(r"[a-zA-Z0-9:_-]+")

_CORE_PATH = re.compile(r"\bcoreDeviceThingName\b")
_NOT_A_DEVICE = re.compile(r"coreDevice", re.IGNORECASE)


def is_about_the_core(answer: Invalid) -> bool:
    """Whether the service refused the request for its core device, whichever devices it named."""
    if answer.fields:
        return any(_NOT_A_DEVICE.search(name) for name, _ in answer.fields)
    return _CORE_PATH.search(answer.message) is not None and "entries" not in answer.message


def read_answer(names: Sequence[str], answer: Accepted | Invalid | Missing) -> Verdicts:
    """What an answer says of the devices in the call that it belongs to."""
    if isinstance(answer, Accepted):
        return _read_entries(names, answer.error_entries)
    if isinstance(answer, Missing):
        failing = {answer.thing_name: Failure(answer.code, answer.message)}
        return Verdicts(failing=failing, unheard=tuple(one for one in names if one not in failing))
    return _read_refusal(names, answer)


def _read_entries(names: Sequence[str], entries: Sequence[ErrorEntry]) -> Verdicts:
    asked = set(names)
    already: list[str] = []
    failing: dict[str, Failure] = {}
    nameless: Failure | None = None
    for entry in entries:
        failure = Failure(entry.code or _UNNAMED_CODE, entry.message or "")
        if entry.thing_name in asked:
            if _is_fulfilled(failure, entry.thing_name):
                already.append(entry.thing_name)
            else:
                failing[entry.thing_name] = failure
        elif not _is_fulfilled(failure, entry.thing_name):
            nameless = failure
    already = [name for name in dict.fromkeys(already) if name not in failing]
    rest = tuple(name for name in names if name not in failing and name not in already)
    if nameless is None or not rest:
        return Verdicts(rest, tuple(already), failing)
    if len(rest) == 1:
        return Verdicts((), tuple(already), failing | {rest[0]: nameless})
    return Verdicts((), tuple(already), failing, suspects=rest)


def _is_fulfilled(failure: Failure, thing_name: str | None) -> bool:
    # A thing may be called "conflict-1".
    message = failure.message.replace(thing_name, "") if thing_name else failure.message
    said = f"{failure.code} {message}"
    return _FULFILLED.search(said) is not None and _UNFULFILLED.search(said) is None


def _read_refusal(names: Sequence[str], answer: Invalid) -> Verdicts:
    if len(names) == 1:
        said = next((message for _, message in answer.fields if message), answer.message)
        return Verdicts(refused={names[0]: Failure(_VALIDATION, said)})
    accused = {
        culprit
        for name, message in answer.fields
        for culprit in _culprits(names, f"{name} {message}")
    }
    # Many services give no fields and put the same into words.
    accused = accused or set(_culprits(names, answer.message))
    return Verdicts(suspects=tuple(names), accused=frozenset(accused))


def _culprits(names: Sequence[str], text: str) -> list[str]:
    """The devices that a text in a ValidationException speaks of, by name or by their place."""
    # A path first: the words around it hold other numbers, and a thing may be called "128".
    places = [int(one or other) - 1 for one, other in _ENTRY_FROM_ONE.findall(text)]
    places += [int(one or other) for one, other in _ENTRY_FROM_ZERO.findall(text)]
    found = [names[place] for place in places if 0 <= place < len(names)]
    if found:
        return found
    # A colon may belong to a thing name as well as to the sentence around it.
    words = {form for word in _WORD.findall(text) for form in (word, word.strip(":"))}
    return [name for name in names if name in words]
