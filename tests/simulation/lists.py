"""The cloud's list: in pages, of no promised order, late, and at times torn."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from client_device_associator.core.answer import Answer, Listed, ValidationFailed
from simulation.associations import Associations
from simulation.plan import Plan, Tear
from simulation.world import World

_INVALID = ("", "no name!", "x" * 129, "a b")
_BAD_TOKEN = ValidationFailed("1 validation error", (("nextToken", "it has expired"),))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a list goes on: the rest of its names, and until when its token is good."""

    rest: Sequence[str]
    until: float
    before: tuple[str, ...]


class Lists:
    """Gives out pages; it remembers its tokens, and nothing else.

    Args:
        world: Where time passes.
        plan: The seed's.
        associations: What is listed.
    """

    def __init__(self, world: World, plan: Plan, associations: Associations) -> None:
        self._world = world
        self._plan = plan
        self._associations = associations
        self._places: dict[str, _Place] = {}
        self._rng = world.rng("lists")

    def page(self, token: str | None) -> Answer:
        """One page; each is as old as it may be, so that a list is no snapshot."""
        now = self._world.time
        if token is None:
            names = [thing.name for thing in self._plan.things]
            self._rng.shuffle(names)
            place = _Place(names, now, ())
        else:
            found = self._places.get(token)
            if found is None or now > found.until:
                self._world.strike("list token expired")
                return _BAD_TOKEN
            place = found
        ailing = now < self._plan.healthy_at
        tear = self._plan.tears[0] if self._plan.tears else None
        if tear is not None and ailing and self._rng.random() < tear.probability:
            return self._torn(token, place, self._rng.choice(tear.kinds))
        return self._whole(place)

    def _whole(self, place: _Place, extra: Sequence[str] = ()) -> Listed:
        now = self._world.time
        seen_at = now - self._rng.uniform(0, self._plan.list_lag)
        page: list[str] = []
        rest = deque(place.rest)
        while rest and len(page) < self._plan.page_size:
            name = rest.popleft()
            if self._associations.was_there(name, seen_at):
                page.append(name)
        listed = [*page, *extra]
        self._rng.shuffle(listed)
        return Listed(tuple(listed), self._token(tuple(rest), tuple(page)) if rest else None)

    def _token(self, rest: Sequence[str], before: tuple[str, ...]) -> str:
        token = f"token-{len(self._places)}"
        ailing = self._world.time < self._plan.healthy_at
        lasts = self._plan.token_seconds if ailing else float("inf")
        self._places[token] = _Place(rest, self._world.time + lasts, before)
        return token

    def _torn(self, token: str | None, place: _Place, kind: Tear) -> Answer:
        self._world.strike(f"torn list: {kind.value}")
        whole = self._whole(place)
        if kind is Tear.EMPTY:
            return Listed(())
        if kind is Tear.ENDS_EARLY:
            return Listed(whole.thing_names)
        if kind is Tear.EXPIRED:
            self._places.clear()
            return _BAD_TOKEN
        if kind is Tear.REPEATED:
            return Listed(whole.thing_names, token or whole.next_token)
        if kind is Tear.DUPLICATES:
            return Listed((*whole.thing_names, *place.before), whole.next_token)
        nameless = (*whole.thing_names, *self._rng.sample(_INVALID, 2))
        return Listed(nameless, whole.next_token)
