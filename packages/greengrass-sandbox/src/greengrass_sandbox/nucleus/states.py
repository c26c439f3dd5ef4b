"""The states that components reported of themselves."""

from collections.abc import Callable

OnReport = Callable[[str, str], None]
"""Called with a component and the state that it reported."""


class ReportedStates:
    """Remembers the last one of each component.

    Attributes:
        on_report: Told of each report; set by what supervises components.
    """

    def __init__(self) -> None:
        self.on_report: OnReport = _nobody
        self._states: dict[str, str] = {}

    def report(self, component: str, state: str) -> None:
        """A component says what its state is."""
        self._states[component] = state
        self.on_report(component, state)

    def of(self, component: str) -> str | None:
        """The last state that a component reported."""
        return self._states.get(component)

    def forget(self, component: str) -> None:
        """The component starts again."""
        self._states.pop(component, None)


def _nobody(_component: str, _state: str) -> None:
    """Nobody supervises this component."""
