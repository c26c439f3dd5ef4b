"""Finding those at fault in a batch that was refused without a name.

A group that holds a culprit is split: its first half is called, and if that comes out clean the
second half must hold the culprit and is split in turn, without being called as a whole. One
culprit among n therefore costs at most 2·⌈log2 n⌉ calls, and everybody else is associated on the
way.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from client_device_associator.core.answer import Failure


class _Suspicion(Enum):
    NONE = auto()
    """Nothing is known: it is called as a whole."""
    HEIR = auto()
    """It holds a culprit if the group that is called before it does not."""
    GUILTY = auto()
    """It holds a culprit: it is split, or called alone if it is a single device."""


@dataclass(frozen=True, slots=True)
class _Group:
    names: tuple[str, ...]
    suspicion: _Suspicion
    accused: Mapping[str, Failure] | None = None


class Narrowing:
    """The groups still to be called; a stack, so that one batch is finished before the next.

    It holds the names of one batch at most. It lives in memory alone: after a crash the batch is
    called whole again and narrowed down again.
    """

    def __init__(self) -> None:
        self._groups: list[_Group] = []
        self._is_misled = False

    def __bool__(self) -> bool:
        return bool(self._groups)

    @property
    def is_misled(self) -> bool:
        """Whether an accusation has proven wrong in this batch, or at least not the whole truth.

        From then on splitting finds those at fault more quickly than one accusation after another.
        """
        return self._is_misled and bool(self._groups)

    def suspect(self, names: Iterable[str]) -> None:
        """At least one of these is at fault."""
        self._groups.append(_Group(tuple(names), _Suspicion.GUILTY))

    def accuse(self, accused: Mapping[str, Failure], unheard: Iterable[str]) -> None:
        """The service named the accused; it is believed if the unheard go through without them."""
        self._is_misled = False
        self._groups.append(_Group(tuple(accused), _Suspicion.HEIR, accused))
        self._groups.append(_Group(tuple(unheard), _Suspicion.NONE))

    def take(self, limit: int) -> tuple[str, ...]:
        """The names of the next call. Either `settle` or `put_back` must follow.

        Args:
            limit: The most names that the call may have; less than before if settings changed.
        """
        group = self._groups.pop()
        names = group.names
        if group.suspicion is _Suspicion.GUILTY and len(names) > 1:
            size = min(limit, (len(names) + 1) // 2)
            self._groups.append(_Group(names[size:], _Suspicion.HEIR))
        else:
            size = min(limit, len(names))
            if names[size:]:
                self._disinherit()
                self._groups.append(_Group(names[size:], _Suspicion.NONE))
        return names[:size]

    def _disinherit(self) -> None:
        """Nothing can be inferred of a group from one that is not called whole."""
        if self._groups and self._groups[-1].suspicion is _Suspicion.HEIR:
            self._groups.append(_Group(self._groups.pop().names, _Suspicion.NONE))

    def put_back(self, names: tuple[str, ...]) -> None:
        """The call for these names came to nothing; it will be made again."""
        self._groups.append(_Group(names, _Suspicion.NONE))

    def settle(self, *, clean: bool) -> Mapping[str, Failure]:
        """The last call was answered.

        Args:
            clean: Whether none of its devices is at fault.

        Returns:
            Devices that are at fault by elimination, with what the service said of them.
        """
        if not self._groups or self._groups[-1].suspicion is not _Suspicion.HEIR:
            return {}
        heir = self._groups.pop()
        if not clean:
            self._is_misled = self._is_misled or heir.accused is not None
            self._groups.append(_Group(heir.names, _Suspicion.NONE))
        elif heir.accused is not None and len(heir.accused) == 1:
            return heir.accused
        else:
            self._groups.append(_Group(heir.names, _Suspicion.GUILTY))
        return {}
