"""What was done with devices, as a table or as lines of JSON."""

from collections import Counter
from collections.abc import Sequence

from client_device_associator.command.output import Colour, Output
from client_device_associator.core.operator import Done, Outcome

_NAME, _OUTCOME, _WHY = "THING NAME", "OUTCOME", "WHY"
_WIDTH = max(len(one.value) for one in Done)

_COLOURS = {
    Done.DUE: Colour.WAITING,
    Done.QUEUED: Colour.WAITING,
    Done.ALREADY: Colour.GOOD,
    Done.FORGOTTEN: Colour.GOOD,
    Done.UNKNOWN: Colour.BAD,
    Done.REJECTED: Colour.BAD,
}
_NOT_WELL = (Done.UNKNOWN, Done.REJECTED)


class ChangedDevices:
    """Prints outcomes as they come.

    Args:
        output: Takes them.
        as_json: Whether a program reads them.

    Attributes:
        counts: How many devices had which outcome.
    """

    def __init__(self, output: Output, *, as_json: bool) -> None:
        self._output = output
        self._as_json = as_json
        self._width = 0
        self.counts: Counter[Done] = Counter()

    @property
    def all_is_well(self) -> bool:
        """Whether there was a device, and each is known and admitted."""
        return bool(self.counts) and not any(self.counts[one] for one in _NOT_WELL)

    def add(self, outcomes: Sequence[Outcome]) -> None:
        """A portion."""
        if not self.counts and outcomes and not self._as_json:
            self._width = max(len(_NAME), *(len(one.thing_name) for one in outcomes))
            head = f"{_NAME:{self._width}}  {_OUTCOME:{_WIDTH}}  {_WHY}"
            self._output.line(self._output.paint(head, Colour.STRONG))
        for one in outcomes:
            if self._as_json:
                self._output.json(_document(one))
            else:
                self._output.line(self._row(one))
        self.counts.update(one.done for one in outcomes)

    def end(self) -> None:
        """There are no more: a line that counts them, for a person."""
        if self._as_json:
            return
        if not self.counts:
            self._output.line("no device is like that")
            return
        parts = (f"{count} {done.value}" for done, count in self.counts.items())
        self._output.line(f"{sum(self.counts.values())} devices: {', '.join(parts)}")

    def _row(self, outcome: Outcome) -> str:
        out = self._output
        done = out.paint(f"{outcome.done.value:{_WIDTH}}", _COLOURS[outcome.done])
        why = f"{outcome.code or ''}: {outcome.message or ''}" if outcome.code else ""
        return f"{out.plain(outcome.thing_name):{self._width}}  {done}  {out.plain(why)}".rstrip()


def _document(outcome: Outcome) -> dict[str, object]:
    """As JSON; what does not apply is left out."""
    fields = {
        "thingName": outcome.thing_name,
        "outcome": outcome.done.value,
        "code": outcome.code,
        "message": outcome.message,
    }
    return {key: value for key, value in fields.items() if value is not None}
