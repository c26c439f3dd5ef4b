"""What the page shows, drawn from the journal alone."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from client_device_associator.core.device import Device
from client_device_associator.core.life import QUEUED, DeviceState
from client_device_associator.core.trail import TrailEntry, TrailEvent
from client_device_associator.core.values import dataclass

MAX_DEVICES = 1000
"""Devices that the page lists; beyond it, a phone could not show it. `devices` lists all."""

MAX_NAMED = 5
"""Devices that are named where many have the same trouble."""

_BEGIN = frozenset(
    {
        TrailEvent.ANNOUNCED,
        TrailEvent.DEPARTURE_ANNOUNCED,
        TrailEvent.RESTORED,
        TrailEvent.SILENT,
        TrailEvent.HANDED_OVER,
    }
)
_END = frozenset(
    {
        TrailEvent.ASSOCIATED,
        TrailEvent.DISASSOCIATED,
        TrailEvent.FAILED,
        TrailEvent.REFUSED,
        TrailEvent.FORGOTTEN,
    }
)
"""With these a device begins to wait for a call, and with these that ends."""

_ANSWERS = frozenset(
    {
        TrailEvent.ASSOCIATED,
        TrailEvent.DISASSOCIATED,
        TrailEvent.RETRYING,
        TrailEvent.FAILED,
    }
)
_REFUSALS = frozenset({TrailEvent.REJECTED, TrailEvent.REFUSED})


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that a person has to look at.

    Attributes:
        what: What is wrong.
        who: Some of the devices.
        count: How many they are.
        remedy: What to do.
    """

    what: str
    who: tuple[str, ...]
    count: int
    remedy: str


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the page shows.

    Attributes:
        counts: Devices by state.
        listed: The devices that are listed, those that need a person first.
        queue: How many devices waited for a call, from when on: epoch seconds and number.
        answers: What the cloud has answered for single devices, as far as the trail goes back.
        refusals: Who was refused, by the reason, as far as the trail goes back.
        troubles: What needs a person.
    """

    counts: Mapping[DeviceState, int]
    listed: Sequence[Device]
    queue: Sequence[tuple[float, int]]
    answers: Mapping[str, int]
    refusals: Mapping[str, int]
    troubles: Sequence[Trouble]


def gather(devices: Iterable[Device], trail: Sequence[TrailEntry]) -> Facts:
    """The facts of a page.

    Args:
        devices: All of them; they are walked through once.
        trail: Oldest first.
    """
    counts: Counter[DeviceState] = Counter()
    urgent: list[Device] = []
    others: list[Device] = []
    groups: defaultdict[tuple[DeviceState, str], list[str]] = defaultdict(list)
    sizes: Counter[tuple[DeviceState, str]] = Counter()
    for one in devices:
        counts[one.state] += 1
        is_urgent = one.state is DeviceState.FAILED or (one.state in QUEUED and one.code)
        listed = urgent if is_urgent else others
        if len(listed) < MAX_DEVICES:
            listed.append(one)
        if is_urgent:
            group = (one.state, one.code or "")
            sizes[group] += 1
            if len(groups[group]) < MAX_NAMED:
                groups[group].append(one.thing_name)
    waiting = sum(counts[state] for state in QUEUED)
    return Facts(
        counts=counts,
        listed=[*urgent, *others][:MAX_DEVICES],
        queue=_queue(trail, waiting),
        answers=_count(trail, _ANSWERS, "code"),
        refusals=_count(trail, _REFUSALS, "rule", "code"),
        troubles=[
            _trouble(state, code, tuple(groups[state, code]), count)
            for (state, code), count in sizes.most_common()
        ],
    )


def _queue(trail: Sequence[TrailEntry], waiting_now: int) -> list[tuple[float, int]]:
    """How many waited after each change; the last number is that of now.

    The trail may begin in the middle: those who began to wait before it are in the number that is
    counted back from now.
    """
    waits: set[str] = set()
    steps: list[tuple[float, int]] = []
    for moment in trail:
        before = len(waits)
        if moment.event in _BEGIN:
            waits.add(moment.thing_name)
        elif moment.event in _END:
            waits.discard(moment.thing_name)
        if len(waits) != before:
            steps.append((moment.at, len(waits)))
    missing = max(0, waiting_now - len(waits))
    return [(at, number + missing) for at, number in steps]


def _count(
    trail: Sequence[TrailEntry], events: frozenset[TrailEvent], *details: str
) -> Mapping[str, int]:
    """How often which of these events came, with the first detail that it has; most often first."""
    counted: Counter[str] = Counter()
    for moment in trail:
        if moment.event in events:
            found = (moment.detail.get(key) for key in details)
            detail = next((str(one) for one in found if one), None)
            event = moment.event.value
            counted[f"{event}: {detail}" if detail else event] += 1
    return dict(counted.most_common())


def _trouble(state: DeviceState, code: str, who: tuple[str, ...], count: int) -> Trouble:
    if state is DeviceState.FAILED:
        return Trouble(
            f"given up with {code or 'no code'}",
            who,
            count,
            "see the command why, remove the cause, and announce the device again or use the"
            " command retry",
        )
    return Trouble(
        f"waiting because of {code}",
        who,
        count,
        "it is tried again by itself; the log says what has to be done about this cause",
    )
