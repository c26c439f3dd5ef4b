"""ListClientDevicesAssociatedWithCoreDevice: pages of a list that promises little.

The service model promises no order, no snapshot, and no read-your-writes. So the order and whether
a list sees what changes while it is read can be set here.
"""

import hashlib
import secrets
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from greengrass_sandbox.cloud.errors import InvalidField, validation_exception
from greengrass_sandbox.cloud.faults import Fault, FaultKind
from greengrass_sandbox.cloud.page_tokens import PageTokens, Position
from greengrass_sandbox.cloud.registry import Registry

Document = dict[str, object]
Item = tuple[str | None, float]
"""A client device's name, which may be missing, and its time stamp in seconds since the epoch."""

_SEED_BYTES = 8


class ListOrder(str, Enum):
    """In which order a list comes."""

    BY_NAME = "byName"
    SHUFFLED = "shuffled"
    """In another order each time that a list is begun; each device comes once."""
    RESHUFFLED = "reshuffled"
    """In another order for each page: some devices come twice, and some not at all."""


@dataclass(frozen=True)
class Page:
    """One page of a list.

    Attributes:
        items: The client devices.
        next_token: Leads to the next page; None: there is none.
    """

    items: Sequence[Item]
    next_token: str | None

    def as_document(self) -> Document:
        """The answer in the model's names."""
        answer: Document = {"associatedClientDevices": [_item(*item) for item in self.items]}
        if self.next_token is not None:
            answer["nextToken"] = self.next_token
        return answer


@dataclass(frozen=True)
class _View:
    """A list as it is sorted: `keys` rise, and belong to `names`."""

    keys: Sequence[str]
    names: Sequence[str]
    since: Mapping[str, float]


class Listing:
    """Answers with pages.

    Args:
        registry: Whose associations they are.
        default_page_size: Items of a page when the request does not say; the model has no default.

    Attributes:
        order: In which order lists come.
        is_snapshot: Whether a list shows the moment of its first page, whatever changes meanwhile.
            By default a change is seen by the pages that come after it, and missed by those before.
        default_page_size: See above.
        tokens: Expire them, or set how long they last.
    """

    def __init__(self, registry: Registry, default_page_size: int) -> None:
        self.order = ListOrder.BY_NAME
        self.is_snapshot = False
        self.default_page_size = default_page_size
        self.tokens = PageTokens()
        self._registry = registry
        self._latest: tuple[tuple[object, ...], _View] | None = None

    def page(
        self,
        core: str,
        token: str | None,
        size: int | None,
        *,
        now: float,
        faults: Sequence[Fault] = (),
    ) -> Page:
        """A page of a core device's list.

        Args:
            core: Which core device's.
            token: The `nextToken` of the request; None begins a list.
            size: Most items of the page.
            now: Seconds since the epoch.
            faults: What is wrong with this page on command.

        Raises:
            ApiError: ValidationException; the token is wrong.
        """
        kinds = {fault.kind for fault in faults}
        begin = self._position(core, token, now)
        view = self._view(begin, self._moment(begin, faults, now))
        start = bisect_right(view.keys, begin.after)
        size = size or self.default_page_size
        repeats = FaultKind.DUPLICATE_ITEM in kinds and size > 1
        end = start + size - repeats
        if FaultKind.EMPTY_PAGE in kinds:
            end = start
        items: list[Item] = [(name, view.since[name]) for name in view.names[start:end]]
        following = None
        if end < len(view.keys):
            after = view.keys[end - 1] if end > start else begin.after
            position = Position(core, after, begin.seed, begin.as_of)
            following = self.tokens.issue(position, now=now)
        if FaultKind.REPEATED_TOKEN in kinds:
            following = token or self.tokens.issue(begin, now=now)
        if kinds & {FaultKind.LIST_ENDS_EARLY, FaultKind.EMPTY_LIST}:
            following = None
        return Page(_torn(items + items[:repeats], faults), following)

    def _position(self, core: str, token: str | None, now: float) -> Position:
        if token is None:
            as_of = self._registry.history.count if self.is_snapshot else None
            return Position(core, "", self._new_seed(), as_of)
        try:
            position = self.tokens.resolve(token, core, now=now)
        except LookupError as error:
            field = InvalidField("nextToken", str(error.args[0]))
            message = f"The request is not valid: {field.name} {field.message}"
            raise validation_exception(message, fields=[field]) from error
        if self.order is ListOrder.RESHUFFLED:
            return Position(core, position.after, self._new_seed(), position.as_of)
        return position

    def _new_seed(self) -> str:
        return "" if self.order is ListOrder.BY_NAME else secrets.token_hex(_SEED_BYTES)

    def _moment(self, position: Position, faults: Sequence[Fault], now: float) -> int | None:
        """Which moment of the history a page shows; None: the present."""
        moments = [
            self._registry.history.count_at(now - (fault.seconds or 0))
            for fault in faults
            if fault.kind is FaultKind.STALE_LIST
        ]
        if position.as_of is not None:
            moments.append(position.as_of)
        return min(moments, default=None)

    def _view(self, position: Position, moment: int | None) -> _View:
        """The list that a page is cut from; the latest is kept for the page after it."""
        table = self._registry.associations.table(position.core)
        history = self._registry.history
        if moment is None and not position.seed:
            return _View(table.in_order(), table.in_order(), table)
        key = (position.core, position.seed, moment, history.count)
        if self._latest is None or self._latest[0] != key:
            count = history.count if moment is None else moment
            since = history.undo(position.core, table, count)
            keyed = sorted((_sort_key(name, position.seed), name) for name in since)
            view = _View([key for key, _ in keyed], [name for _, name in keyed], since)
            self._latest = (key, view)
        return self._latest[1]


def _sort_key(name: str, seed: str) -> str:
    if not seed:
        return name
    return hashlib.blake2b(f"{seed}/{name}".encode()).hexdigest()


def _torn(items: Sequence[Item], faults: Sequence[Fault]) -> Sequence[Item]:
    """What faults leave of a page's items."""
    for fault in faults:
        if fault.kind is FaultKind.EMPTY_LIST:
            items = []
        elif fault.kind is FaultKind.MISSING_ITEMS:
            items = [item for item in items if item[0] not in fault.only_if_named]
        elif fault.kind is FaultKind.NAMELESS_ITEM:
            items = [(None, since) for _, since in items[:1]] + list(items[1:])
    return items


def _item(name: str | None, since: float) -> Document:
    item: Document = {} if name is None else {"thingName": name}
    return {**item, "associationTimestamp": since}
