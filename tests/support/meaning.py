"""What an answer of the cloud means for the devices in its call, said a second time for models."""

from collections.abc import Iterable

from client_device_associator.core.answer import Answer, Succeeded, ValidationFailed
from client_device_associator.core.decision import Call
from client_device_associator.core.operation import Operation

FULFILLED_CODE = {
    Operation.ASSOCIATE: "Conflict",
    Operation.DISASSOCIATE: "ResourceNotFoundException",
}
"""Of an error entry that means that nothing had to be done."""


def fulfilled_by(call: Call, answer: Answer) -> set[str]:
    """For whom an answer says beyond doubt that what was asked for is so."""
    if not isinstance(answer, Succeeded):
        return set()
    names, good = set(call.thing_names), FULFILLED_CODE[call.operation]
    against = named_against(call, answer)
    already = {one.thing_name for one in answer.error_entries if one.code == good}
    nameless = any(one.thing_name not in names and one.code != good for one in answer.error_entries)
    silent = names - against - already
    return (names & _texts(already)) - against | (set() if nameless else silent)


def named_against(call: Call, answer: Succeeded) -> set[str]:
    """Against whom in the call error entries speak by name."""
    good = FULFILLED_CODE[call.operation]
    accused = _texts(one.thing_name for one in answer.error_entries if one.code != good)
    return accused & set(call.thing_names)


def spoken_against(call: Call, answer: Answer) -> set[str]:
    """Who may have failed by an answer: nobody outside the call."""
    names = set(call.thing_names)
    if isinstance(answer, ValidationFailed):
        return names if len(names) == 1 else set()
    if not isinstance(answer, Succeeded):
        return set()
    against = named_against(call, answer)
    alone = names - against - fulfilled_by(call, answer)
    return against if len(alone) > 1 else against | alone


def _texts(names: Iterable[str | None]) -> set[str]:
    return {name for name in names if name is not None}
